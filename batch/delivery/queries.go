package delivery

import "github.com/furnisher/furnisher/batch/database"

// The queries of this package, by name in sql/query.
var (
	attemptAdd       = database.Query("delivery", "DeliveryAttemptAdd")
	attemptEnd       = database.Query("delivery", "DeliveryAttemptEnd")
	deliveryBegin    = database.Query("delivery", "DeliveryBegin")
	deliveryEnd      = database.Query("delivery", "DeliveryEnd")
	deliveryFile     = database.Query("delivery", "DeliveryFile")
	deliveryKnown    = database.Query("delivery", "DeliveryKnown")
	deliveryLock     = database.Query("delivery", "DeliveryLock")
	deliveryReleased = database.Query("delivery", "DeliveryReleased")
	deliveryGive     = database.Query("delivery", "DeliveryGive")
	deliverySending  = database.Query("delivery", "DeliverySending")
	deliverySent     = database.Query("delivery", "DeliverySent")
	deliveryTake     = database.Query("delivery", "DeliveryTake")
	eventAck         = database.Query("delivery", "EventAck")
	eventClaim       = database.Query("delivery", "EventClaim")
	eventEnd         = database.Query("delivery", "EventEnd")
	eventKnown       = database.Query("delivery", "EventKnown")
	eventRetry       = database.Query("delivery", "EventRetry")
)

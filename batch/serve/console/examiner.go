package console

func (c *Console) examinerRoutes() []route { return nil }

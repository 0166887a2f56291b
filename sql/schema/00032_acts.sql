-- What needs a supervisor, and who did it.

-- +goose Up
-- One row for each act that needs a supervisor, written in its transaction. Never changed.
CREATE TABLE act (
    act       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind      text NOT NULL CHECK (kind <> ''),
    about     text NOT NULL, -- the file, run or loan
    who       text NOT NULL CHECK (who <> ''),
    why       text NOT NULL,
    host      text NOT NULL, -- as its program says
    came_from text NOT NULL DEFAULT session_user || '@' || coalesce(host(inet_client_addr()), 'local'), -- as the server sees it
    at        timestamptz NOT NULL
);
-- +goose StatementBegin
CREATE TRIGGER act_is_final BEFORE UPDATE OR DELETE ON act FOR EACH ROW EXECUTE FUNCTION refuse_change();
-- +goose StatementEnd
-- +goose Down
DROP TABLE act;

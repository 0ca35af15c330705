/** A trigger that makes the commit after an insert or update do something else first. */
export const slowCommit = (table: string, first: string): string => `DO $do$ BEGIN
  CREATE FUNCTION first_this() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN ${first}; RETURN NULL; END';
  CREATE CONSTRAINT TRIGGER slow AFTER INSERT OR UPDATE ON ${table} DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION first_this();
END $do$`

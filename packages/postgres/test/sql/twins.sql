-- Gives every row twins in other organisations, whose ids are smaller and greater, and that are inserted before and after
-- the row, so that a statement finds them first, in any order, unless it checks the organisation. The last twin of a
-- communication is completed. The twins of history entries belong to an era that no subscription reads.

CREATE FUNCTION communications.twin(organisation uuid, kind text) RETURNS uuid LANGUAGE sql AS
  $$SELECT (CASE kind WHEN 'BEFORE' THEN '0000' ELSE 'ffff' END || substr(md5(organisation::text || kind), 5))::uuid$$;

CREATE FUNCTION communications.contact_twin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE twin communications.contact_information := NEW;
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
  twin.life_cycle_state := CASE NEW.life_cycle_state WHEN 'MARKETING' THEN 'FINANCIAL' ELSE 'MARKETING' END;
  IF NEW.idempotency_key IS NOT NULL THEN twin.idempotency_fingerprint := sha256('twin'); END IF;
  twin.organisation := communications.twin(NEW.organisation, TG_WHEN);
  INSERT INTO communications.contact_information SELECT (twin).* ON CONFLICT DO NOTHING;
  twin.organisation := communications.twin(NEW.organisation, 'COMPLETED');
  INSERT INTO communications.contact_information SELECT (twin).* ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;

CREATE FUNCTION communications.communication_twin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE twin communications.communications := NEW;
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
  twin.subject := 'twin';
  twin.content := 'twin';
  IF TG_WHEN = 'BEFORE' THEN
    twin.direction := CASE NEW.direction WHEN 'INCOMING' THEN 'OUTGOING' ELSE 'INCOMING' END;
  END IF;
  twin.life_cycle_state := 'DRAFT';
  twin.completed_at := NULL;
  twin.completed_by := NULL;
  twin.viewed_on := NULL;
  twin.organisation := communications.twin(NEW.organisation, TG_WHEN);
  INSERT INTO communications.communications SELECT (twin).* ON CONFLICT DO NOTHING;
  IF TG_WHEN = 'AFTER' THEN
    twin.life_cycle_state := 'COMPLETED';
    twin.completed_at := '2000-01-01';
    twin.completed_by := md5('twin')::uuid;
    twin.viewed_on := '2000-01-01';
    twin.organisation := communications.twin(NEW.organisation, 'COMPLETED');
    INSERT INTO communications.communications SELECT (twin).* ON CONFLICT DO NOTHING;
  END IF;
  RETURN NEW;
END $$;

CREATE FUNCTION communications.history_twin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE twin communications.communication_history := NEW;
BEGIN
  IF pg_trigger_depth() > 1 THEN RETURN NEW; END IF;
  -- An entry of a twin, by a statement that does not check the organisation, has no twins itself.
  PERFORM FROM communications.communications c
    WHERE c.organisation = NEW.organisation AND c.id = NEW.communication AND c.subject = 'twin';
  IF FOUND THEN RETURN NEW; END IF;
  twin.request_id := 'twin';
  twin.era := -1;
  IF NEW.idempotency_key IS NOT NULL THEN twin.idempotency_fingerprint := sha256('twin'); END IF;
  twin.organisation := communications.twin(NEW.organisation, TG_WHEN);
  INSERT INTO communications.communication_history SELECT (twin).* ON CONFLICT DO NOTHING;
  RETURN NEW;
END $$;

CREATE TABLE communications.changed_twins (id uuid);

CREATE FUNCTION communications.record_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO communications.changed_twins VALUES (OLD.id);
  RETURN NULL;
END $$;

CREATE TRIGGER twin_changed AFTER UPDATE OR DELETE ON communications.communications
  FOR EACH ROW WHEN (OLD.subject = 'twin') EXECUTE FUNCTION communications.record_change();
CREATE TRIGGER twin_before BEFORE INSERT ON communications.contact_information
  FOR EACH ROW EXECUTE FUNCTION communications.contact_twin();
CREATE TRIGGER twin_after AFTER INSERT ON communications.contact_information
  FOR EACH ROW EXECUTE FUNCTION communications.contact_twin();
CREATE TRIGGER twin_before BEFORE INSERT ON communications.communications
  FOR EACH ROW EXECUTE FUNCTION communications.communication_twin();
CREATE TRIGGER twin_after AFTER INSERT ON communications.communications
  FOR EACH ROW EXECUTE FUNCTION communications.communication_twin();
CREATE TRIGGER twin_before BEFORE INSERT ON communications.communication_history
  FOR EACH ROW EXECUTE FUNCTION communications.history_twin();
CREATE TRIGGER twin_after AFTER INSERT ON communications.communication_history
  FOR EACH ROW EXECUTE FUNCTION communications.history_twin();

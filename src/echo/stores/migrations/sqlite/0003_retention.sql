-- What lets settled trades leave memory, and in the end the store: the latest of them are found by
-- their age, and the few that a person looks after without looking at all others.

CREATE INDEX trades_settled ON trades (updated_at_ms, trade_id) WHERE settled = 1;

CREATE INDEX copy_decisions_manual ON copy_decisions (trade_id, account_id)
    WHERE outcome = 'manual';

-- Sessions of Agents are numbered over all lives of all Cores; whoever counts from an older number
-- has been overtaken.

CREATE TRIGGER agent_epochs_only_rise
BEFORE UPDATE OF epoch ON agent_sessions
WHEN NEW.epoch < OLD.epoch
BEGIN
    SELECT RAISE(ABORT, 'a later session of this Agent is stored');
END;

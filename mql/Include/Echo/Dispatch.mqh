//+------------------------------------------------------------------+
//| Dispatch.mqh - a master's actions, said until they are taken     |
//+------------------------------------------------------------------+
#ifndef ECHO_DISPATCH_MQH
#define ECHO_DISPATCH_MQH
#include "Outbox.mqh"
#include "Repeats.mqh"

#define AGE_UNKNOWN -1
#define REOPEN_MS 2000

string CommonBody(CDesk &desk, string trade_id, long seq, const SPosition &position)
  {
   CJsonObject body;
   body.Text("trade_id", trade_id);
   body.Integer("seq", seq);
   body.Text("client_id", "master_" + desk.settings.account);
   body.Text("account_id", desk.settings.account);
   body.Text("symbol", position.symbol);
   body.Integer("magic_number", position.magic);
   return(body.Body());
  }

string TracedBody(CDesk &desk, string trade_id, long seq)
  {
   return(",\"timestamps\":{\"t0_master_ea_ms\":" + LongText(desk.wall_ms) + "},\"traceparent\":\""
          + TraceParent(trade_id, seq) + "\"");
  }

class CDispatch
  {
private:
   CRepeats          m_repeats;
   CIndex            m_born_ms;
   CIndex            m_age_ms;
   CIndex            m_refused;
   CIndex            m_reopened_ms;

   void              Say(CDesk &desk, string trade_id, long seq);
   void              Born(CDesk &desk, string trade_id);
   void              Unknown(CDesk &desk, string trade_id, long seq);
   void              Conflict(CDesk &desk, string trade_id, long seq, long last_seq);
   void              CatchUp(CDesk &desk, string trade_id, long last_seq);
   void              Release(CDesk &desk, string trade_id, long seq);
   bool              OpenInHistory(CDesk &desk, string trade_id, SAction &action);

public:
   COutbox           outbox;

   void              Restored(CDesk &desk);
   void              Report(CDesk &desk, string kind, string trade_id, long seq, string body,
                            long age_ms);
   void              ClockKnown(CDesk &desk);
   void              Turn(CDesk &desk);
   void              Acknowledged(CDesk &desk, CJsonReader &reader, int payload);
   void              PipeClosed(void) { m_repeats.Clear(); }
   string            Trouble(void) const;
  };

// When this machine's clock says that the action was seen; 0 = it does not say.
long SeenAt(SAction &action)
  {
   CJsonReader reader;
   if(!reader.Parse("{" + action.body + "}"))
      return(0);
   int stamps = reader.Member(0, "timestamps");
   return(stamps < 0 ? 0 : reader.Integer(stamps, "t0_master_ea_ms", 0));
  }

// Takes over what a former life has not brought through; its opens are as old as the broker's clock
// says, or this machine's: the broker's stands still without prices, and one that was set on makes
// them too old at worst.
void CDispatch::Restored(CDesk &desk)
  {
   if(!outbox.Restore(desk))
      desk.Alarm("outbox", "OUTBOX_UNREADABLE", "a record of the outbox lacks what its kind needs", "");
   for(int i = 0; i < outbox.waiting_count; i++)
      Born(desk, outbox.waiting[i].trade_id);
   for(int i = 0; i < outbox.trade_count; i++)
      Born(desk, outbox.trades[i].trade_id);
  }

void CDispatch::Born(CDesk &desk, string trade_id)
  {
   long age_ms = desk.AgeMs(OpenedAt(trade_id));
   int open = outbox.Waiting(trade_id, 0);
   long seen_ms = open < 0 ? 0 : SeenAt(outbox.waiting[open]);
   if(seen_ms > 0 && desk.wall_ms - seen_ms > age_ms)
      age_ms = desk.wall_ms - seen_ms;
   m_born_ms.Set(trade_id, desk.now_ms);
   m_age_ms.Set(trade_id, age_ms);
  }

// Notes an action and says it; *age_ms*: how old an open is already.
void CDispatch::Report(CDesk &desk, string kind, string trade_id, long seq, string body,
                       long age_ms)
  {
   if(kind == "open" && age_ms != AGE_UNKNOWN)
     {
      m_born_ms.Set(trade_id, desk.now_ms);
      m_age_ms.Set(trade_id, age_ms);
     }
   desk.journal.Action(desk.settings, "detected", kind, trade_id, seq, 0);
   SAction action;
   action.kind = kind;
   action.trade_id = trade_id;
   action.seq = seq;
   action.body = body;
   action.held = false;
   if(outbox.Intends(desk, action))
      Say(desk, trade_id, seq);
  }

// Says everything again that was not acknowledged: the Agent can tell its age now.
void CDispatch::ClockKnown(CDesk &desk)
  {
   for(int i = 0; i < outbox.waiting_count; i++)
      if(!outbox.waiting[i].held)
         m_repeats.AgainAt(ActionKey(outbox.waiting[i].trade_id, outbox.waiting[i].seq),
                           desk.now_ms);
  }

// Writes what could not be written, and says what is due, a bounded number of lines at a time.
void CDispatch::Turn(CDesk &desk)
  {
   string keys[];
   int count = outbox.Flush(desk, keys);
   for(int i = 0; i < count; i++)
      m_repeats.AgainAt(keys[i], desk.now_ms);
   if(!desk.link.Probed())
      return;
   count = m_repeats.TakeDue(desk.now_ms, keys);
   for(int i = 0; i < count; i++)
     {
      int slash = StringFind(keys[i], "/");
      Say(desk, StringSubstr(keys[i], 0, slash), StringToInteger(StringSubstr(keys[i], slash + 1)));
     }
  }

void CDispatch::Say(CDesk &desk, string trade_id, long seq)
  {
   int found = outbox.Waiting(trade_id, seq);
   string key = ActionKey(trade_id, seq);
   if(found < 0)
     {
      m_repeats.Drop(key);
      return;
     }
   if(!desk.link.IsUp() || !desk.link.Probed() || outbox.waiting[found].held)
      return;
   int attempt = m_repeats.Said(key, desk.now_ms, desk.link.backoff_ms);
   string body = outbox.waiting[found].body;
   string type = "trade_close";
   if(outbox.waiting[found].kind == "modify")
      type = "trade_modify";
   if(outbox.waiting[found].kind == "open")
     {
      type = "trade_intent";
      body += ",\"attempt\":" + LongText(attempt) + ",\"buffer_depth\":"
              + LongText(outbox.waiting_count);
      if(m_born_ms.Has(trade_id))
         body += ",\"age_ms\":" + LongText(m_age_ms.Get(trade_id, 0) + desk.now_ms
                                           - m_born_ms.Get(trade_id, 0));
      body += ",\"sent_mono_ms\":" + LongText(desk.link.AgentMs(desk.now_ms));
     }
   desk.SayPayload(type, body);
   if(attempt == desk.link.max_retries + 1)
      desk.Alarm("unacknowledged:" + key, "NOT_ACKNOWLEDGED",
                 "action " + LongText(seq) + " of trade " + trade_id + " was said "
                 + LongText(attempt) + " times", trade_id);
  }

// Takes an answer: taken, come again, or never.
void CDispatch::Acknowledged(CDesk &desk, CJsonReader &reader, int payload)
  {
   string trade_id = LowerText(reader.Text(payload, "trade_id"));
   long seq = reader.Integer(payload, "seq", 0);
   string result = UpperText(reader.Text(payload, "result"));
   string code = reader.Text(payload, "error_code");
   bool has_last = reader.Has(payload, "last_seq");
   long last_seq = reader.Integer(payload, "last_seq", 0);
   if(result == "RETRY" && code == "ERR_NOT_FOUND")
     {
      Unknown(desk, trade_id, seq);
      return;
     }
   if(outbox.Waiting(trade_id, seq) < 0)
      return;
   if(result == "OK")
     {
      Release(desk, trade_id, seq);
      if(seq == 0 && has_last)
         CatchUp(desk, trade_id, last_seq);
     }
   if(result == "FAILED")
     {
      Release(desk, trade_id, seq);
      if(seq == 0)
         m_refused.Set(trade_id, 1);
      desk.Alarm("refused:" + ActionKey(trade_id, seq), "ACTION_REFUSED",
                 "action " + LongText(seq) + " of trade " + trade_id
                 + " was refused for good: " + code + " " + reader.Text(payload, "error_message"),
                 trade_id);
     }
   if(result == "RETRY" && code == "ERR_SEQ_CONFLICT" && has_last)
      Conflict(desk, trade_id, seq, last_seq);
  }

void CDispatch::Release(CDesk &desk, string trade_id, long seq)
  {
   m_repeats.Drop(ActionKey(trade_id, seq));
   if(seq == ECHO_SEQ_CLOSE)
     {
      m_born_ms.Remove(trade_id);
      m_age_ms.Remove(trade_id);
      m_refused.Remove(trade_id);
      m_reopened_ms.Remove(trade_id);
     }
   outbox.Release(desk, trade_id, seq);
  }

// The Core does not know the trade: its open is said again, before what came after it.
void CDispatch::Unknown(CDesk &desk, string trade_id, long seq)
  {
   if(seq == 0 || outbox.Waiting(trade_id, 0) >= 0)
      return;
   // Answers overtake each other: one that comes late asks for an open that was just said again.
   if(m_reopened_ms.Has(trade_id)
      && desk.now_ms - m_reopened_ms.Get(trade_id, 0) < REOPEN_MS)
      return;
   bool waits = outbox.Waiting(trade_id, seq) >= 0;
   SAction open;
   if(!m_refused.Has(trade_id))
     {
      if(outbox.OpenOf(desk, trade_id, open))
        {
         m_reopened_ms.Set(trade_id, desk.now_ms);
         outbox.WaitFirst(open);
         Say(desk, trade_id, 0);
         if(waits)
            Say(desk, trade_id, seq);
         return;
        }
      if(OpenInHistory(desk, trade_id, open))
        {
         Report(desk, "open", trade_id, 0, open.body, AGE_UNKNOWN);
         return;
        }
     }
   if(waits)
      Release(desk, trade_id, seq);
   desk.Alarm("unopened:" + trade_id, "OPEN_UNKNOWN",
              "action " + LongText(seq) + " of trade " + trade_id + " leads nowhere: the Core does"
              + " not know the trade, and its open cannot be said again", trade_id);
  }

// The open of a closed position, as the terminal's history tells it.
bool CDispatch::OpenInHistory(CDesk &desk, string trade_id, SAction &action)
  {
   long opened_ms = OpenedAt(trade_id);
   int count = ArraySize(desk.view.history);
   for(int i = 0; i < count; i++)
     {
      if(desk.view.history[i].open_ms != opened_ms)
         continue;
      if(TradeIdOf(desk.view.server, desk.settings.account, desk.view.history[i].ticket, opened_ms)
         != trade_id
         && TradeIdOf(desk.view.server, desk.settings.account, desk.view.history[i].position_id,
                      opened_ms) != trade_id)
         continue;
      SPosition position;
      position.ticket = desk.view.history[i].ticket;
      position.root = position.ticket;
      position.symbol = desk.view.history[i].symbol;
      position.side = desk.view.history[i].side;
      position.lot = desk.view.history[i].lot;
      position.price = desk.view.history[i].open_price;
      position.stop_loss = 0.0;
      position.take_profit = 0.0;
      position.profit = 0.0;
      position.magic = desk.view.history[i].magic;
      position.comment = "";
      position.open_ms = opened_ms;
      action.body = OpenBody(desk, trade_id, position);
      return(true);
     }
   return(false);
  }

string OpenBody(CDesk &desk, string trade_id, const SPosition &position)
  {
   CJsonObject body;
   body.Text("order_side", SideText(position.side));
   body.Number("lot_size", position.lot);
   body.Number("price", position.price);
   if(position.stop_loss > 0.0)
      body.Number("stop_loss", position.stop_loss);
   if(position.take_profit > 0.0)
      body.Number("take_profit", position.take_profit);
   body.Integer("ticket", position.ticket);
   body.Text("strategy_id", desk.settings.strategy_id != "" ? desk.settings.strategy_id
             : "magic_" + LongText(position.magic));
   body.Text("server", desk.view.server);
   if(position.comment != "")
      body.Text("comment", position.comment);
   body.Number("volume_initial", position.lot);
   return(CommonBody(desk, trade_id, 0, position) + "," + body.Body()
          + TracedBody(desk, trade_id, 0));
  }

// Others have used these numbers: an outbox was lost.  Counts on after theirs.
void CDispatch::Conflict(CDesk &desk, string trade_id, long seq, long last_seq)
  {
   if(seq == 0 || last_seq == ECHO_SEQ_CLOSE)
     {
      Release(desk, trade_id, seq);
      CatchUp(desk, trade_id, last_seq);
      return;
     }
   SAction again[];
   int count = 0;
   for(int i = 0; i < outbox.waiting_count; i++)
      if(outbox.waiting[i].trade_id == trade_id && outbox.waiting[i].seq > 0
         && outbox.waiting[i].seq < ECHO_SEQ_CLOSE)
        {
         ArrayResize(again, count + 1);
         again[count] = outbox.waiting[i];
         count++;
        }
   for(int i = 0; i < count; i++)
     {
      Release(desk, trade_id, again[i].seq);
      string body = again[i].body;
      StringReplace(body, "\"seq\":" + LongText(again[i].seq) + ",",
                    "\"seq\":" + LongText(last_seq + 1 + i) + ",");
      Report(desk, again[i].kind, trade_id, last_seq + 1 + i, body, AGE_UNKNOWN);
     }
   desk.Alarm("renumbered:" + trade_id, "SEQ_CONFLICT",
              LongText(count) + " actions of trade " + trade_id + " count on from "
              + LongText(last_seq), trade_id);
  }

// The trade is known further than this EA remembers: reports where it stands.
void CDispatch::CatchUp(CDesk &desk, string trade_id, long last_seq)
  {
   int found = outbox.Trade(trade_id);
   if(found < 0 || last_seq <= outbox.trades[found].seq)
      return;
   SPosition position = outbox.trades[found].position;
   if(last_seq == ECHO_SEQ_CLOSE)
     {
      desk.Alarm("closed:" + trade_id, "CLOSED_ELSEWHERE",
                 "ticket " + LongText(position.ticket) + " is open, the Core has its trade closed",
                 trade_id);
      return;
     }
   string ticket = ",\"ticket\":" + LongText(position.ticket);
   Report(desk, "modify", trade_id, last_seq + 1,
          CommonBody(desk, trade_id, last_seq + 1, position) + ticket + ",\"stop_loss\":"
          + NumberText(position.stop_loss) + ",\"take_profit\":" + NumberText(position.take_profit),
          AGE_UNKNOWN);
   Report(desk, "reduce", trade_id, last_seq + 2,
          CommonBody(desk, trade_id, last_seq + 2, position) + ticket + ",\"volume_remaining\":"
          + NumberText(position.lot) + ",\"new_ticket\":" + LongText(position.ticket),
          AGE_UNKNOWN);
  }

string CDispatch::Trouble(void) const
  {
   return(outbox.waiting_count == 0 ? ""
          : LongText(outbox.waiting_count) + " actions are not acknowledged yet");
  }
#endif

//+------------------------------------------------------------------+
//| Outbox.mqh - a master EA's memory of what it reported            |
//+------------------------------------------------------------------+
#ifndef ECHO_OUTBOX_MQH
#define ECHO_OUTBOX_MQH
#include "Desk.mqh"

// One action of a master: what the pipe says of it, but for what changes with every attempt.
struct SAction
  {
   string            kind;
   string            trade_id;
   long              seq;
   string            body;
   bool              held;
  };

// One trade as it was last reported; *seq* is the last number used for it.
struct STracked
  {
   string            trade_id;
   long              seq;
   SPosition         position;
  };

string ActionKey(string trade_id, long seq)
  {
   return(trade_id + "/" + LongText(seq));
  }

// An action is on disk before it is said, and stays until it is acknowledged.
class COutbox
  {
private:
   string            m_unwritten[];
   string            m_unwritten_keys[];
   int               m_unwritten_count;
   long              m_retry_ms;

   bool              Write(CDesk &desk, string kind, string body);
   void              Keep(CDesk &desk, string kind, string body, string key);
   void              Track(CJsonReader &reader, int action, string kind);
   bool              Apply(string record);
   int               AddTrade(string trade_id);

public:
   long              n;
   SAction           waiting[];
   int               waiting_count;
   STracked          trades[];
   int               trade_count;

                     COutbox(void);
   bool              Restore(CDesk &desk);
   int               Waiting(string trade_id, long seq) const;
   int               Trade(string trade_id) const;
   int               TradeAt(long ticket) const;
   bool              Intends(CDesk &desk, SAction &action);
   void              Release(CDesk &desk, string trade_id, long seq);
   void              WaitFirst(SAction &action);
   int               Flush(CDesk &desk, string &written[]);
   bool              OpenOf(CDesk &desk, string trade_id, SAction &action);
   void              Compact(CDesk &desk);
  };

COutbox::COutbox(void)
  {
   n = 0;
   waiting_count = 0;
   trade_count = 0;
   m_unwritten_count = 0;
   m_retry_ms = 0;
  }

// Rebuilds the memory from the file; false = a record does not say what its kind must.
bool COutbox::Restore(CDesk &desk)
  {
   n = desk.file.highest_n;
   for(int i = 0; i < desk.file.count; i++)
      if(!Apply(desk.file.records[i]))
        {
         waiting_count = 0;
         trade_count = 0;
         return(false);
        }
   return(true);
  }

bool COutbox::Apply(string record)
  {
   CJsonReader reader;
   if(!reader.Parse(record))
      return(false);
   string type = reader.Text(0, "t");
   if(type == "I")
     {
      int node = reader.Member(0, "action");
      if(reader.Text(node, "trade_id") == "")
         return(false);
      SAction action;
      action.kind = reader.Text(0, "kind");
      action.trade_id = reader.Text(node, "trade_id");
      action.seq = reader.Integer(node, "seq", 0);
      string raw = reader.Raw(0, "action");
      action.body = StringSubstr(raw, 1, StringLen(raw) - 2);
      action.held = false;
      ArrayResize(waiting, waiting_count + 1, 64);
      waiting[waiting_count] = action;
      waiting_count++;
      Track(reader, node, action.kind);
      return(true);
     }
   if(type != "A")
      return(true);
   int found = Waiting(reader.Text(0, "trade"), reader.Integer(0, "seq", 0));
   if(found < 0)
      return(true);
   for(int i = found + 1; i < waiting_count; i++)
      waiting[i - 1] = waiting[i];
   waiting_count--;
   return(true);
  }

int COutbox::Waiting(string trade_id, long seq) const
  {
   for(int i = 0; i < waiting_count; i++)
      if(waiting[i].seq == seq && waiting[i].trade_id == trade_id)
         return(i);
   return(-1);
  }

int COutbox::Trade(string trade_id) const
  {
   for(int i = 0; i < trade_count; i++)
      if(trades[i].trade_id == trade_id)
         return(i);
   return(-1);
  }

int COutbox::TradeAt(long ticket) const
  {
   for(int i = 0; i < trade_count; i++)
      if(trades[i].position.ticket == ticket)
         return(i);
   return(-1);
  }

int COutbox::AddTrade(string trade_id)
  {
   int found = Trade(trade_id);
   if(found >= 0)
      return(found);
   ArrayResize(trades, trade_count + 1, 64);
   trades[trade_count].trade_id = trade_id;
   trade_count++;
   return(trade_count - 1);
  }

// What is known of a trade once an action has been reported.
void COutbox::Track(CJsonReader &reader, int action, string kind)
  {
   string trade_id = reader.Text(action, "trade_id");
   int found = kind == "open" ? AddTrade(trade_id) : Trade(trade_id);
   if(found < 0)
      return;
   trades[found].seq = reader.Integer(action, "seq", 0);
   if(kind == "open")
     {
      trades[found].position.ticket = reader.Integer(action, "ticket", 0);
      trades[found].position.root = trades[found].position.ticket;
      trades[found].position.symbol = reader.Text(action, "symbol");
      trades[found].position.side = reader.Text(action, "order_side") == "BUY" ? 1 : -1;
      trades[found].position.lot = reader.Real(action, "lot_size", 0.0);
      trades[found].position.price = reader.Real(action, "price", 0.0);
      trades[found].position.stop_loss = reader.Real(action, "stop_loss", 0.0);
      trades[found].position.take_profit = reader.Real(action, "take_profit", 0.0);
      trades[found].position.profit = 0.0;
      trades[found].position.magic = reader.Integer(action, "magic_number", 0);
      trades[found].position.comment = reader.Text(action, "comment");
      trades[found].position.open_ms = OpenedAt(trade_id);
     }
   if(kind == "modify")
     {
      trades[found].position.stop_loss = reader.Real(action, "stop_loss",
                                         trades[found].position.stop_loss);
      trades[found].position.take_profit = reader.Real(action, "take_profit",
                                           trades[found].position.take_profit);
     }
   if(kind == "reduce")
     {
      trades[found].position.ticket = reader.Integer(action, "new_ticket",
                                      trades[found].position.ticket);
      trades[found].position.lot = reader.Real(action, "volume_remaining",
                                   trades[found].position.lot);
     }
   if(kind == "close")
     {
      for(int i = found + 1; i < trade_count; i++)
         trades[i - 1] = trades[i];
      trade_count--;
     }
  }

bool COutbox::Write(CDesk &desk, string kind, string body)
  {
   if(!desk.file.Append("{\"t\":\"" + kind + "\",\"n\":" + LongText(n + 1) + ",\"at\":"
                        + LongText(desk.wall_ms) + "," + body + "}"))
      return(false);
   n++;
   return(true);
  }

// What cannot be written waits, in order, and what it holds is not said before.
void COutbox::Keep(CDesk &desk, string kind, string body, string key)
  {
   ArrayResize(m_unwritten, m_unwritten_count + 1, 64);
   ArrayResize(m_unwritten_keys, m_unwritten_count + 1, 64);
   m_unwritten[m_unwritten_count] = kind + body;
   m_unwritten_keys[m_unwritten_count] = key;
   m_unwritten_count++;
   m_retry_ms = desk.now_ms + 1000;
   desk.Alarm("outbox", "OUTBOX_UNWRITABLE", "actions wait until it can be written", "");
  }

// Notes an action before it is said; true = it may be said now.
bool COutbox::Intends(CDesk &desk, SAction &action)
  {
   string body = "\"kind\":\"" + action.kind + "\",\"action\":{" + action.body + "}";
   action.held = m_unwritten_count > 0 || !Write(desk, "I", body);
   if(action.held)
      Keep(desk, "I", body, ActionKey(action.trade_id, action.seq));
   ArrayResize(waiting, waiting_count + 1, 64);
   waiting[waiting_count] = action;
   waiting_count++;
   CJsonReader reader;
   if(reader.Parse("{" + action.body + "}"))
      Track(reader, 0, action.kind);
   return(!action.held);
  }

// Notes that an action need not be said again.
void COutbox::Release(CDesk &desk, string trade_id, long seq)
  {
   int found = Waiting(trade_id, seq);
   if(found >= 0)
     {
      for(int i = found + 1; i < waiting_count; i++)
         waiting[i - 1] = waiting[i];
      waiting_count--;
     }
   string body = "\"trade\":\"" + trade_id + "\",\"seq\":" + LongText(seq);
   if(m_unwritten_count > 0 || !Write(desk, "A", body))
      Keep(desk, "A", body, "");
  }

// Has an open wait again before all else; the file has it, and knows what followed.
void COutbox::WaitFirst(SAction &action)
  {
   ArrayResize(waiting, waiting_count + 1, 64);
   for(int i = waiting_count; i > 0; i--)
      waiting[i] = waiting[i - 1];
   waiting[0] = action;
   waiting_count++;
  }

// Tries again to write what could not be written; returns the actions that may be said now.
int COutbox::Flush(CDesk &desk, string &written[])
  {
   ArrayResize(written, 0);
   if(m_unwritten_count == 0 || desk.now_ms < m_retry_ms)
      return(0);
   m_retry_ms = desk.now_ms + 1000;
   int done = 0;
   int said = 0;
   while(done < m_unwritten_count
         && Write(desk, StringSubstr(m_unwritten[done], 0, 1), StringSubstr(m_unwritten[done], 1)))
     {
      string key = m_unwritten_keys[done];
      done++;
      for(int i = 0; i < waiting_count; i++)
         if(waiting[i].held && ActionKey(waiting[i].trade_id, waiting[i].seq) == key)
           {
            waiting[i].held = false;
            ArrayResize(written, said + 1);
            written[said] = key;
            said++;
           }
     }
   for(int i = done; i < m_unwritten_count; i++)
     {
      m_unwritten[i - done] = m_unwritten[i];
      m_unwritten_keys[i - done] = m_unwritten_keys[i];
     }
   m_unwritten_count -= done;
   return(said);
  }

// Finds the open of a trade as it was noted.
bool COutbox::OpenOf(CDesk &desk, string trade_id, SAction &action)
  {
   for(int i = desk.file.count - 1; i >= 0; i--)
     {
      if(StringFind(desk.file.records[i], trade_id) < 0)
         continue;
      CJsonReader reader;
      if(!reader.Parse(desk.file.records[i]) || reader.Text(0, "kind") != "open")
         continue;
      string raw = reader.Raw(0, "action");
      action.kind = "open";
      action.trade_id = trade_id;
      action.seq = 0;
      action.body = StringSubstr(raw, 1, StringLen(raw) - 2);
      action.held = false;
      return(true);
     }
   return(false);
  }

// Shrinks the file if that is worth it: what is unacknowledged, open or young stays.
void COutbox::Compact(CDesk &desk)
  {
   if(desk.file.count < desk.settings.compact_records_min || m_unwritten_count > 0)
      return;
   CIndex kept_trades;
   for(int i = 0; i < waiting_count; i++)
      kept_trades.Set(waiting[i].trade_id, 1);
   for(int i = 0; i < trade_count; i++)
      kept_trades.Set(trades[i].trade_id, 1);
   string kept[];
   int kept_count = 0;
   for(int i = 0; i < desk.file.count; i++)
     {
      CJsonReader reader;
      if(!reader.Parse(desk.file.records[i]))
         continue;
      string trade_id = reader.Text(0, "t") == "I"
                        ? reader.Text(reader.Member(0, "action"), "trade_id")
                        : reader.Text(0, "trade");
      if(reader.Integer(0, "at", 0) < desk.wall_ms - desk.settings.keep_settled_ms
         && !kept_trades.Has(trade_id))
         continue;
      ArrayResize(kept, kept_count + 1, 1024);
      kept[kept_count] = desk.file.records[i];
      kept_count++;
     }
   if(kept_count * 2 > desk.file.count)
      return;
   if(!desk.file.Rewrite(kept, kept_count, n))
      desk.Alarm("outbox", "OUTBOX_UNWRITABLE", "the outbox could not be made smaller", "");
  }
#endif

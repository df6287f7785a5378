//+------------------------------------------------------------------+
//| Ledger.mqh - a slave EA's memory of what it did                  |
//+------------------------------------------------------------------+
#ifndef ECHO_LEDGER_MQH
#define ECHO_LEDGER_MQH
#include "Desk.mqh"

// How many commands a handshake names.
#define RESUMED_MAX 16

// About to be asked of the broker; *tickets* were open before, *ticket*, *lot* and *remaining* are
// what a reduction starts from and shall leave.
struct SIntention
  {
   string            command_id;
   string            trade_id;
   string            kind;
   string            symbol;
   int               side;
   double            lot;
   long              magic;
   long              server_ms;
   string            tag;
   string            tickets;
   bool              has_levels;
   double            stop_loss;
   double            take_profit;
   long              ticket;
   double            remaining;
   long              open_ms;
   double            open_price;
  };

// A result as it was said, and what is needed to say it again.
struct SStored
  {
   string            command_id;
   string            trade_id;
   string            kind;
   string            body;
   long              n;
   bool              acked;
   bool              held;
   bool              loose;
  };

// The levels that a position shall have, by the action *seq* of its master.
struct SWanted
  {
   string            trade_id;
   long              seq;
   double            stop_loss;
   double            take_profit;
  };

// Every change is a record; reading the records back gives the same memory.
class CLedger
  {
private:
   CIndex            m_results;
   CIndex            m_unresolved;
   CIndex            m_tombstones;
   CIndex            m_trades;
   CIndex            m_tickets;
   CIndex            m_owners;
   CIndex            m_excluded;
   CIndex            m_modified;
   CIndex            m_wanted;
   string            m_trade_ids[];
   string            m_tags[];
   string            m_unwritten[];
   string            m_unwritten_commands[];
   int               m_unwritten_count;
   long              m_retry_ms;

   bool              Write(CDesk &desk, string kind, string body);
   bool              Note(CDesk &desk, string kind, string body, string command_id);
   void              Keep(CDesk &desk, string kind, string body, string command_id);
   int               TradeNumber(string trade_id);
   void              Own(string trade_id, long ticket);
   bool              Apply(string record);
   void              ApplyExec(CJsonReader &reader, int node);
   void              ApplyDone(CJsonReader &reader, int node, string raw);
   string            IntentionJson(SIntention &intention) const;
   bool              Stays(CJsonReader &reader, CDesk &desk, CIndex &kept);

public:
   long              n;
   bool              warm;
   SStored           results[];
   int               result_count;
   SIntention        unresolved[];
   int               unresolved_count;
   SWanted           wanted[];
   int               wanted_count;

                     CLedger(void);
   bool              Restore(CDesk &desk);
   string            LastCommands(void) const;
   bool              Intends(CDesk &desk, SIntention &intention);
   void              Forget(void);
   void              Forget(string command_id);
   int               Did(CDesk &desk, SResult &result, long seq, bool loose);
   void              Wants(string trade_id, long seq, double stop_loss, double take_profit);
   void              Acked(CDesk &desk, string command_id);
   void              Buries(CDesk &desk, string trade_id);
   void              Follows(CDesk &desk, string trade_id, long before, long after);
   void              Warms(CDesk &desk, bool is_warm);
   int               Flush(CDesk &desk, string &written[]);
   void              Compact(CDesk &desk);
   int               Result(string command_id) const;
   int               Unresolved(string command_id) const;
   int               Wanted(string trade_id) const;
   bool              IsBuried(string trade_id) const { return(m_tombstones.Has(trade_id)); }
   long              TicketOf(string trade_id) const { return(m_tickets.Get(trade_id, 0)); }
   string            OwnerOf(long ticket) const;
   bool              IsFree(long ticket) const;
   bool              IsUnowned(long ticket) const { return(!m_owners.Has(LongText(ticket))); }
   long              ModifiedSeq(string trade_id) const { return(m_modified.Get(trade_id, 0)); }
   bool              AnotherHas(string comment, string trade_id) const;
  };

CLedger::CLedger(void)
  {
   n = 0;
   warm = false;
   result_count = 0;
   unresolved_count = 0;
   wanted_count = 0;
   m_unwritten_count = 0;
   m_retry_ms = 0;
  }

// Rebuilds the memory from the file.
bool CLedger::Restore(CDesk &desk)
  {
   n = desk.file.highest_n;
   for(int i = 0; i < desk.file.count; i++)
      if(!Apply(desk.file.records[i]))
        {
         Forget();
         n = desk.file.highest_n;
         Warms(desk, false);
         return(false);
        }
   return(true);
  }

// Starts with nothing: what could not be read may have said anything.
void CLedger::Forget(void)
  {
   m_results.Clear();
   m_tombstones.Clear();
   m_tickets.Clear();
   m_owners.Clear();
   m_excluded.Clear();
   m_modified.Clear();
   m_wanted.Clear();
   result_count = 0;
   unresolved_count = 0;
   wanted_count = 0;
   warm = false;
  }

bool CLedger::Apply(string record)
  {
   CJsonReader reader;
   if(!reader.Parse(record))
      return(false);
   string type = reader.Text(0, "t");
   if(type == "X")
     {
      if(reader.Text(reader.Member(0, "exec"), "command") == "")
         return(false);
      ApplyExec(reader, reader.Member(0, "exec"));
     }
   if(type == "D")
     {
      if(reader.Text(reader.Member(0, "result"), "command_id") == "")
         return(false);
      ApplyDone(reader, reader.Member(0, "result"), reader.Raw(0, "result"));
     }
   if(type == "A")
     {
      if(reader.Text(0, "command") == "")
         return(false);
      int found = Result(reader.Text(0, "command"));
      if(found >= 0)
         results[found].acked = true;
     }
   if(type == "T")
      m_tombstones.Set(reader.Text(0, "trade"), 1);
   if(type == "L")
      Own(reader.Text(0, "trade"), reader.Integer(0, "new", 0));
   if(type == "W")
      warm = reader.Flag(0, "warm");
   return(true);
  }

void CLedger::ApplyExec(CJsonReader &reader, int node)
  {
   SIntention intention;
   intention.command_id = reader.Text(node, "command");
   intention.trade_id = reader.Text(node, "trade");
   intention.kind = reader.Text(node, "kind");
   intention.symbol = reader.Text(node, "symbol");
   intention.side = reader.Text(node, "side") == "BUY" ? 1 : -1;
   intention.lot = reader.Real(node, "lot", 0.0);
   intention.magic = reader.Integer(node, "magic", 0);
   intention.server_ms = reader.Integer(node, "server_ms", 0);
   intention.tag = reader.Text(node, "tag");
   string tickets = reader.Raw(node, "open_tickets");
   int length = StringLen(tickets);
   intention.tickets = length > 2 ? StringSubstr(tickets, 1, length - 2) : "";
   int levels = reader.Member(node, "levels");
   intention.has_levels = reader.Is(levels, JSON_OBJECT);
   intention.stop_loss = reader.Real(levels, "stop_loss", 0.0);
   intention.take_profit = reader.Real(levels, "take_profit", 0.0);
   intention.ticket = reader.Integer(node, "ticket", 0);
   intention.remaining = reader.Real(node, "remaining", 0.0);
   intention.open_ms = reader.Integer(node, "open_time_ms", 0);
   intention.open_price = reader.Real(node, "open_price", 0.0);
   int slot = Unresolved(intention.command_id);
   if(slot < 0)
     {
      slot = unresolved_count;
      unresolved_count++;
      ArrayResize(unresolved, unresolved_count, 64);
     }
   unresolved[slot] = intention;
   if(intention.kind != "execute")
      return;
   TradeNumber(intention.trade_id);
   if(intention.has_levels)
      Wants(intention.trade_id, 0, intention.stop_loss, intention.take_profit);
  }

void CLedger::ApplyDone(CJsonReader &reader, int node, string raw)
  {
   string command_id = reader.Text(node, "command_id");
   string trade_id = reader.Text(node, "trade_id");
   string kind = reader.Text(node, "command_kind");
   int slot = Result(command_id);
   if(slot < 0)
     {
      slot = result_count;
      result_count++;
      ArrayResize(results, result_count, 256);
      m_results.Set(command_id, slot);
      results[slot].acked = false;
     }
   results[slot].command_id = command_id;
   results[slot].trade_id = trade_id;
   results[slot].kind = kind;
   results[slot].body = StringSubstr(raw, 1, StringLen(raw) - 2);
   results[slot].n = reader.Integer(0, "n", 0);
   results[slot].held = false;
   results[slot].loose = false;
   Forget(command_id);
   bool success = reader.Flag(node, "success");
   if(kind == "execute")
     {
      TradeNumber(trade_id);
      int list = reader.Member(node, "candidates");
      for(int each = reader.First(list); each >= 0; each = reader.Next(each))
         m_excluded.Set(LongText(reader.IntegerOf(each)), 1);
      long ticket = reader.Integer(node, "ticket", 0);
      if(success && ticket > 0)
         Own(trade_id, ticket);
     }
   if(kind == "modify" && success)
     {
      long seq = reader.Integer(0, "seq", 0);
      if(seq > ModifiedSeq(trade_id))
         m_modified.Set(trade_id, seq);
     }
   int levels = reader.Member(0, "levels");
   if(reader.Is(levels, JSON_OBJECT))
      Wants(trade_id, reader.Integer(levels, "seq", 0), reader.Real(levels, "stop_loss", 0.0),
            reader.Real(levels, "take_profit", 0.0));
  }

int CLedger::TradeNumber(string trade_id)
  {
   int number = (int)m_trades.Get(trade_id, -1);
   if(number >= 0)
      return(number);
   number = ArraySize(m_trade_ids);
   ArrayResize(m_trade_ids, number + 1, 256);
   ArrayResize(m_tags, number + 1, 256);
   m_trade_ids[number] = trade_id;
   m_tags[number] = OrderTag(trade_id);
   m_trades.Set(trade_id, number);
   return(number);
  }

void CLedger::Own(string trade_id, long ticket)
  {
   m_owners.Set(LongText(ticket), TradeNumber(trade_id));
   m_tickets.Set(trade_id, ticket);
  }

// The trade that a ticket is a copy of; empty = it is nobody's.
string CLedger::OwnerOf(long ticket) const
  {
   int number = (int)m_owners.Get(LongText(ticket), -1);
   return(number < 0 ? "" : m_trade_ids[number]);
  }

bool CLedger::IsFree(long ticket) const
  {
   string key = LongText(ticket);
   return(!m_owners.Has(key) && !m_excluded.Has(key));
  }

// Whether a comment could as well name another trade that this ledger knows.
bool CLedger::AnotherHas(string comment, string trade_id) const
  {
   int count = ArraySize(m_trade_ids);
   for(int i = 0; i < count; i++)
      if(m_trade_ids[i] != trade_id && CommentNamesTag(comment, m_tags[i]))
         return(true);
   return(false);
  }

int CLedger::Result(string command_id) const
  {
   return((int)m_results.Get(command_id, -1));
  }

int CLedger::Unresolved(string command_id) const
  {
   for(int i = 0; i < unresolved_count; i++)
      if(unresolved[i].command_id == command_id)
         return(i);
   return(-1);
  }

int CLedger::Wanted(string trade_id) const
  {
   return((int)m_wanted.Get(trade_id, -1));
  }

void CLedger::Wants(string trade_id, long seq, double stop_loss, double take_profit)
  {
   int slot = Wanted(trade_id);
   if(slot < 0)
     {
      slot = wanted_count;
      wanted_count++;
      ArrayResize(wanted, wanted_count, 64);
      wanted[slot].trade_id = trade_id;
      m_wanted.Set(trade_id, slot);
     }
   wanted[slot].seq = seq;
   wanted[slot].stop_loss = stop_loss;
   wanted[slot].take_profit = take_profit;
  }

void CLedger::Forget(string command_id)
  {
   int found = Unresolved(command_id);
   if(found < 0)
      return;
   for(int i = found + 1; i < unresolved_count; i++)
      unresolved[i - 1] = unresolved[i];
   unresolved_count--;
  }

bool CLedger::Write(CDesk &desk, string kind, string body)
  {
   if(!desk.file.Append("{\"t\":\"" + kind + "\",\"n\":" + LongText(n + 1) + ",\"at\":"
                        + LongText(desk.wall_ms) + "," + body + "}"))
      return(false);
   n++;
   return(true);
  }

void CLedger::Keep(CDesk &desk, string kind, string body, string command_id)
  {
   ArrayResize(m_unwritten, m_unwritten_count + 1, 64);
   ArrayResize(m_unwritten_commands, m_unwritten_count + 1, 64);
   m_unwritten[m_unwritten_count] = kind + body;
   m_unwritten_commands[m_unwritten_count] = command_id;
   m_unwritten_count++;
   m_retry_ms = desk.now_ms + 1000;
  }

// Writes a record, or keeps it to be written as soon as that is possible; memory has it at once.
bool CLedger::Note(CDesk &desk, string kind, string body, string command_id)
  {
   bool written = m_unwritten_count == 0 && Write(desk, kind, body);
   if(!written)
      Keep(desk, kind, body, command_id);
   Apply("{\"t\":\"" + kind + "\",\"n\":" + LongText(n) + "," + body + "}");
   return(written);
  }

string CLedger::IntentionJson(SIntention &intention) const
  {
   CJsonObject body;
   body.Text("command", intention.command_id);
   body.Text("trade", intention.trade_id);
   body.Text("kind", intention.kind);
   body.Text("symbol", intention.symbol);
   body.Text("side", SideText(intention.side));
   body.Number("lot", intention.lot);
   body.Integer("magic", intention.magic);
   body.Integer("server_ms", intention.server_ms);
   if(intention.tag != "")
      body.Text("tag", intention.tag);
   body.Raw("open_tickets", "[" + intention.tickets + "]");
   if(intention.has_levels)
      body.Raw("levels", "{\"stop_loss\":" + NumberText(intention.stop_loss) + ",\"take_profit\":"
               + NumberText(intention.take_profit) + "}");
   if(intention.ticket > 0)
     {
      body.Integer("ticket", intention.ticket);
      body.Number("remaining", intention.remaining);
      body.Integer("open_time_ms", intention.open_ms);
      body.Number("open_price", intention.open_price);
     }
   return(body.Done());
  }

// Notes what is about to be asked of the broker; false = it is not on disk, so do not ask.
// The commands that came last, as a list: those that were answered, and those under way.
string CLedger::LastCommands(void) const
  {
   string list = "";
   int total = result_count + unresolved_count;
   for(int i = total > RESUMED_MAX ? total - RESUMED_MAX : 0; i < total; i++)
      list += (list == "" ? "\"" : ",\"") + (i < result_count ? results[i].command_id
              : unresolved[i - result_count].command_id) + "\"";
   return(list);
  }

bool CLedger::Intends(CDesk &desk, SIntention &intention)
  {
   string body = "\"exec\":" + IntentionJson(intention);
   if(m_unwritten_count > 0 || !Write(desk, "X", body))
     {
      m_retry_ms = desk.now_ms + 1000;
      return(false);
     }
   Apply("{\"t\":\"X\",\"n\":" + LongText(n) + "," + body + "}");
   return(true);
  }

// Notes what came of a command and returns its slot; *loose*: it may be said before it is on disk.
int CLedger::Did(CDesk &desk, SResult &result, long seq, bool loose)
  {
   string body = "\"seq\":" + LongText(seq) + ",\"result\":{"
                 + ResultPayload(result, desk.settings.account) + "}";
   int want = Wanted(result.trade_id);
   bool names_levels = result.kind == "modify"
                       || (result.kind == "execute" && Unresolved(result.command_id) < 0);
   if(names_levels && result.success && want >= 0 && wanted[want].seq == seq)
      body += ",\"levels\":{\"seq\":" + LongText(seq) + ",\"stop_loss\":"
              + NumberText(wanted[want].stop_loss) + ",\"take_profit\":"
              + NumberText(wanted[want].take_profit) + "}";
   bool written = Note(desk, "D", body, result.command_id);
   int slot = Result(result.command_id);
   results[slot].held = !written && !loose;
   results[slot].loose = !written && loose;
   return(slot);
  }

void CLedger::Acked(CDesk &desk, string command_id)
  {
   int found = Result(command_id);
   if(found >= 0 && !results[found].acked)
      Note(desk, "A", "\"command\":\"" + command_id + "\"", "");
  }

void CLedger::Buries(CDesk &desk, string trade_id)
  {
   if(!IsBuried(trade_id))
      Note(desk, "T", "\"trade\":\"" + trade_id + "\"", "");
  }

void CLedger::Follows(CDesk &desk, string trade_id, long before, long after)
  {
   if(before != after && OwnerOf(after) != trade_id)
      Note(desk, "L", "\"trade\":\"" + trade_id + "\",\"old\":" + LongText(before) + ",\"new\":"
           + LongText(after), "");
  }

void CLedger::Warms(CDesk &desk, bool is_warm)
  {
   Note(desk, "W", "\"warm\":" + FlagText(is_warm), "");
  }

// Tries again to write what could not be written; returns the results that may be said now.
int CLedger::Flush(CDesk &desk, string &written[])
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
      int found = Result(m_unwritten_commands[done]);
      done++;
      if(found < 0)
         continue;
      results[found].held = false;
      results[found].loose = false;
      results[found].n = n;
      ArrayResize(written, said + 1);
      written[said] = results[found].command_id;
      said++;
     }
   for(int i = done; i < m_unwritten_count; i++)
     {
      m_unwritten[i - done] = m_unwritten[i];
      m_unwritten_commands[i - done] = m_unwritten_commands[i];
     }
   m_unwritten_count -= done;
   return(said);
  }

bool CLedger::Stays(CJsonReader &reader, CDesk &desk, CIndex &kept)
  {
   if(reader.Integer(0, "at", 0) >= desk.wall_ms - desk.settings.keep_settled_ms)
      return(true);
   string type = reader.Text(0, "t");
   if(type == "X")
      return(kept.Has(reader.Text(reader.Member(0, "exec"), "trade")));
   if(type == "D")
      return(kept.Has(reader.Text(reader.Member(0, "result"), "trade_id")));
   if(type == "A")
     {
      int found = Result(reader.Text(0, "command"));
      return(found >= 0 && kept.Has(results[found].trade_id));
     }
   return(type == "W" || kept.Has(reader.Text(0, "trade")));
  }

// Shrinks the file if that is worth it: what is unresolved, unacknowledged, open or young stays.
void CLedger::Compact(CDesk &desk)
  {
   if(desk.file.count < desk.settings.compact_records_min || m_unwritten_count > 0
      || !desk.view.Conclusive())
      return;
   CIndex kept_trades;
   int positions = ArraySize(desk.view.positions);
   for(int i = 0; i < positions; i++)
      kept_trades.Set(OwnerOf(desk.view.positions[i].ticket), 1);
   for(int i = 0; i < unresolved_count; i++)
      kept_trades.Set(unresolved[i].trade_id, 1);
   for(int i = 0; i < result_count; i++)
      if(!results[i].acked)
         kept_trades.Set(results[i].trade_id, 1);
   kept_trades.Remove("");
   string kept[];
   int kept_count = 0;
   for(int i = 0; i < desk.file.count; i++)
     {
      CJsonReader reader;
      if(!reader.Parse(desk.file.records[i]) || !Stays(reader, desk, kept_trades))
         continue;
      ArrayResize(kept, kept_count + 1, 1024);
      kept[kept_count] = desk.file.records[i];
      kept_count++;
     }
   if(kept_count * 2 > desk.file.count)
      return;
   if(!desk.file.Rewrite(kept, kept_count, n))
      desk.Alarm("ledger", "LEDGER_UNWRITABLE", "the ledger could not be made smaller", "");
  }
#endif

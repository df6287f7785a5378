//+------------------------------------------------------------------+
//| Closings.mqh - closes and reductions, tried until they are done  |
//+------------------------------------------------------------------+
#ifndef ECHO_CLOSINGS_MQH
#define ECHO_CLOSINGS_MQH
#include "Openings.mqh"
#include "Patience.mqh"

enum ENUM_WHEREABOUTS
  {
   WHERE_FOUND  = 0,
   WHERE_GONE   = 1,
   WHERE_UNSEEN = 2
  };

// Finds the position of a copy: by the ticket that the Core names, by the one that the ledger
// knows, each followed through partial closes; at last by the one position that carries the tag.
ENUM_WHEREABOUTS Whereabouts(CSlaveDesk &desk, string trade_id, long ticket, int &position)
  {
   position = -1;
   if(!desk.view.Conclusive())
      return(WHERE_UNSEEN);
   if(ticket > 0)
      position = CurrentPosition(desk.view, ticket);
   long known = desk.ledger.TicketOf(trade_id);
   if(position < 0 && known > 0)
      position = CurrentPosition(desk.view, known);
   if(position >= 0)
      return(WHERE_FOUND);
   string tag = OrderTag(trade_id);
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
     {
      if(!CommentNamesTag(desk.view.positions[i].comment, tag))
         continue;
      if(position >= 0)
        {
         position = -1;
         return(WHERE_GONE);
        }
      position = i;
     }
   return(position >= 0 ? WHERE_FOUND : WHERE_GONE);
  }

// How much of *lot* must be closed so that *remaining* is left; rounded down to the step, for a
// little too much may rather be left than too little.  A rest below the broker's smallest lot is
// closed too, or lifted to that smallest lot.
double Excess(double lot, double remaining, bool residual_close, const SSymbol &symbol)
  {
   if(lot <= remaining + ECHO_SAME)
      return(0.0);
   double target = remaining;
   if(target < symbol.min_lot - ECHO_SAME)
     {
      if(residual_close)
         return(lot);
      target = symbol.min_lot;
     }
   double part = MathFloor((lot - target) / symbol.lot_step + 0.000001) * symbol.lot_step;
   return(part >= symbol.min_lot - ECHO_SAME ? NormalizeDouble(part, 8) : 0.0);
  }

struct SJob
  {
   SCommand          command;
   SPatience         patience;
   string            trouble;
   long              doubt_until_ms;
  };

// The jobs of one trade are done one after the other; none of them grows too old.
class CClosings
  {
private:
   SJob              m_jobs[];
   int               m_count;

   int               Find(string command_id) const;
   int               NextOf(string trade_id) const;
   void              Drop(string command_id);
   void              Advance(CSlaveDesk &desk, COpenings &openings, string trade_id);
   bool              Step(CSlaveDesk &desk, int job);
   bool              StepReduce(CSlaveDesk &desk, int job, int position);
   int               RestOf(CSlaveDesk &desk, int earlier) const;
   void              Already(CSlaveDesk &desk, int job, int position, int earlier);
   bool              Intend(CSlaveDesk &desk, int job, int position);
   bool              Ask(CSlaveDesk &desk, int job, int position, double lot);
   bool              Foreign(CSlaveDesk &desk, int job, int position);
   void              NothingLeft(CSlaveDesk &desk, int job);
   void              Settle(CSlaveDesk &desk, SResult &result, long seq);

public:
                     CClosings(void) { m_count = 0; }
   void              Heard(CSlaveDesk &desk, COpenings &openings, SCommand &command);
   void              Pump(CSlaveDesk &desk, COpenings &openings);
   string            Trouble(void) const;
  };

int CClosings::Find(string command_id) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_jobs[i].command.command_id == command_id)
         return(i);
   return(-1);
  }

// The job of a trade that is next: a close goes first, for it makes the reductions needless.
int CClosings::NextOf(string trade_id) const
  {
   int found = -1;
   for(int i = 0; i < m_count; i++)
     {
      if(m_jobs[i].command.trade_id != trade_id)
         continue;
      if(m_jobs[i].command.kind == "close")
         return(i);
      if(found < 0)
         found = i;
     }
   return(found);
  }

void CClosings::Drop(string command_id)
  {
   int found = Find(command_id);
   if(found < 0)
      return;
   for(int i = found + 1; i < m_count; i++)
      m_jobs[i - 1] = m_jobs[i];
   m_count--;
  }

// Takes up a command that has no result yet; one that is under way goes on.
void CClosings::Heard(CSlaveDesk &desk, COpenings &openings, SCommand &command)
  {
   if(Find(command.command_id) < 0)
     {
      int slot = m_count;
      m_count++;
      if(m_count > ArraySize(m_jobs))
         ArrayResize(m_jobs, m_count, 64);
      m_jobs[slot].command = command;
      BeginPatience(m_jobs[slot].patience, desk.now_ms);
      m_jobs[slot].trouble = "";
      m_jobs[slot].doubt_until_ms = 0;
      // A former life asked for it, and the broker may still come to do it.
      if(command.again || desk.ledger.Unresolved(command.command_id) >= 0)
         m_jobs[slot].doubt_until_ms = desk.started_ms + desk.settings.doubt_ms;
     }
   Advance(desk, openings, command.trade_id);
  }

// Goes on with every trade: time has passed, or something has changed.
void CClosings::Pump(CSlaveDesk &desk, COpenings &openings)
  {
   string trade_ids[];
   int count = m_count;
   ArrayResize(trade_ids, count);
   for(int i = 0; i < count; i++)
      trade_ids[i] = m_jobs[i].command.trade_id;
   for(int i = 0; i < count; i++)
      Advance(desk, openings, trade_ids[i]);
  }

string CClosings::Trouble(void) const
  {
   return(m_count == 0 ? "" : "a " + m_jobs[0].command.kind + " of ticket "
          + LongText(m_jobs[0].command.ticket) + " " + m_jobs[0].trouble);
  }

void CClosings::Advance(CSlaveDesk &desk, COpenings &openings, string trade_id)
  {
   while(!openings.Pending(trade_id))
     {
      int job = NextOf(trade_id);
      if(job < 0)
         return;
      AlarmIfLong(desk, m_jobs[job].patience, "close:" + m_jobs[job].command.command_id,
                  m_jobs[job].command.kind + " of ticket " + LongText(m_jobs[job].command.ticket)
                  + ": " + (m_jobs[job].trouble == "" ? "waits" : m_jobs[job].trouble),
                  m_jobs[job].command.trade_id);
      if(!Step(desk, job))
         return;
     }
  }

// Does what is next; returns whether the job is over.
bool CClosings::Step(CSlaveDesk &desk, int job)
  {
   int position = -1;
   ENUM_WHEREABOUTS where = Whereabouts(desk, m_jobs[job].command.trade_id,
                                        m_jobs[job].command.ticket, position);
   if(where == WHERE_UNSEEN)
      return(false);
   if(m_jobs[job].command.kind == "reduce")
      return(StepReduce(desk, job, position));
   if(where == WHERE_GONE)
     {
      NothingLeft(desk, job);
      return(true);
     }
   if(Foreign(desk, job, position))
      return(true);
   if(desk.now_ms < m_jobs[job].patience.not_before_ms)
      return(false);
   return(Ask(desk, job, position, desk.view.positions[position].lot));
  }

bool CClosings::StepReduce(CSlaveDesk &desk, int job, int position)
  {
   int earlier = desk.ledger.Unresolved(m_jobs[job].command.command_id);
   if(position < 0)
      position = RestOf(desk, earlier);
   if(position < 0)
     {
      NothingLeft(desk, job);
      return(true);
     }
   if(Foreign(desk, job, position))
      return(true);
   int symbol = desk.view.Symbol(desk.view.positions[position].symbol);
   if(symbol < 0)
      return(false);
   double lot = Excess(desk.view.positions[position].lot, m_jobs[job].command.remaining_lot,
                       m_jobs[job].command.residual_close, desk.view.symbols[symbol]);
   if(lot <= 0.0)
     {
      Already(desk, job, position, earlier);
      return(true);
     }
   if(desk.now_ms < m_jobs[job].doubt_until_ms || desk.now_ms < m_jobs[job].patience.not_before_ms)
      return(false);
   if(!Intend(desk, job, position))
     {
      m_jobs[job].patience.attempts++;
      m_jobs[job].patience.not_before_ms = desk.now_ms + PatientPauseMs(m_jobs[job].patience);
      m_jobs[job].trouble = "the ledger cannot be written";
      return(false);
     }
   return(Ask(desk, job, position, lot));
  }

// What a reduction left when the server dropped the comment that names it.
int CClosings::RestOf(CSlaveDesk &desk, int earlier) const
  {
   if(earlier < 0)
      return(-1);
   SIntention before = desk.ledger.unresolved[earlier];
   int found = -1;
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
     {
      if(desk.view.positions[i].side != before.side
         || desk.ledger.OwnerOf(desk.view.positions[i].ticket) != ""
         || CameFrom(desk.view.positions[i].comment) > 0
         || !Same(desk.view.positions[i].lot, before.remaining)
         || !SameOrigin(desk.view.positions[i], before.symbol, before.magic, before.open_ms,
                        before.open_price))
         continue;
      if(found >= 0)
         return(-1);
      found = i;
     }
   return(found);
  }

// The volume is down already: by this command in a doubtful moment, or by others.
void CClosings::Already(CSlaveDesk &desk, int job, int position, int earlier)
  {
   double closed = 0.0;
   if(earlier >= 0)
     {
      double before = desk.ledger.unresolved[earlier].lot;
      if(before > desk.view.positions[position].lot)
         closed = before - desk.view.positions[position].lot;
     }
   long ticket = m_jobs[job].command.ticket;
   long now_at = desk.view.positions[position].ticket;
   desk.ledger.Follows(desk, m_jobs[job].command.trade_id, ticket, now_at);
   SResult result;
   AnswerTo(m_jobs[job].command, true, "NO_ERROR", "", result);
   result.ticket = ticket;
   result.has_lot = true;
   result.lot = closed;
   result.new_ticket = now_at != ticket ? now_at : 0;
   Settle(desk, result, m_jobs[job].command.seq);
  }

bool CClosings::Intend(CSlaveDesk &desk, int job, int position)
  {
   SIntention intention;
   intention.command_id = m_jobs[job].command.command_id;
   intention.trade_id = m_jobs[job].command.trade_id;
   intention.kind = "reduce";
   intention.symbol = desk.view.positions[position].symbol;
   intention.side = desk.view.positions[position].side;
   intention.lot = desk.view.positions[position].lot;
   intention.magic = desk.view.positions[position].magic;
   intention.server_ms = desk.view.server_ms;
   intention.tag = "";
   intention.tickets = "";
   intention.has_levels = false;
   intention.stop_loss = 0.0;
   intention.take_profit = 0.0;
   intention.ticket = desk.view.positions[position].ticket;
   intention.remaining = m_jobs[job].command.remaining_lot;
   intention.open_ms = desk.view.positions[position].open_ms;
   intention.open_price = desk.view.positions[position].price;
   return(desk.ledger.Intends(desk, intention));
  }

// Asks the broker to close *lot*; returns whether the job is over.
bool CClosings::Ask(CSlaveDesk &desk, int job, int position, double lot)
  {
   if(!desk.StillHome())
      return(false);
   m_jobs[job].patience.attempts++;
   long ticket = desk.view.positions[position].ticket;
   double before = desk.view.positions[position].lot;
   SReply reply;
   ClearReply(reply);
   DoorClose(desk.view.positions[position], lot, reply);
   desk.Clock();
   desk.See();
   if(reply.reading != READING_DONE)
     {
      if(reply.reading == READING_DOUBT)
         m_jobs[job].doubt_until_ms = desk.now_ms + desk.settings.doubt_ms;
      m_jobs[job].trouble = "code " + LongText(reply.code) + " "
                            + CodeName(desk.view.mt5, reply.code);
      m_jobs[job].patience.not_before_ms = desk.now_ms + PatientPauseMs(m_jobs[job].patience);
      return(false);
     }
   if(reply.new_ticket > 0)
      desk.ledger.Follows(desk, m_jobs[job].command.trade_id, ticket, reply.new_ticket);
   bool whole = lot > before - ECHO_SAME;
   SResult result;
   AnswerTo(m_jobs[job].command, true, "NO_ERROR",
            whole && m_jobs[job].command.kind == "reduce" ? "closed" : "", result);
   result.ticket = ticket;
   result.price = reply.price;
   result.has_lot = true;
   result.lot = reply.lot > 0.0 ? reply.lot : lot;
   result.new_ticket = reply.new_ticket;
   result.filled_ms = desk.wall_ms;
   Settle(desk, result, m_jobs[job].command.seq);
   return(true);
  }

// Whether the ticket is somebody else's position; then it is not touched.
bool CClosings::Foreign(CSlaveDesk &desk, int job, int position)
  {
   string symbol = desk.view.positions[position].symbol;
   bool same_symbol = m_jobs[job].command.symbol == ""
                      || UpperText(symbol) == UpperText(m_jobs[job].command.symbol);
   if(same_symbol && desk.view.positions[position].magic == m_jobs[job].command.magic)
      return(false);
   string sentence = "ticket " + LongText(desk.view.positions[position].ticket) + " is " + symbol
                     + " with magic " + LongText(desk.view.positions[position].magic) + ", not "
                     + m_jobs[job].command.symbol + " with " + LongText(m_jobs[job].command.magic);
   desk.Alarm("foreign:" + m_jobs[job].command.command_id, "FOREIGN_POSITION", sentence,
              m_jobs[job].command.trade_id);
   SResult result;
   AnswerTo(m_jobs[job].command, false, "NOT_FOUND", sentence, result);
   Settle(desk, result, m_jobs[job].command.seq);
   return(true);
  }

void CClosings::NothingLeft(CSlaveDesk &desk, int job)
  {
   SResult result;
   AnswerTo(m_jobs[job].command, true, "NOT_FOUND",
            "ticket " + LongText(m_jobs[job].command.ticket) + " is not open", result);
   result.ticket = m_jobs[job].command.ticket;
   result.has_lot = true;
   Settle(desk, result, m_jobs[job].command.seq);
  }

void CClosings::Settle(CSlaveDesk &desk, SResult &result, long seq)
  {
   Drop(result.command_id);
   GiveResult(desk, result, seq);
  }
#endif

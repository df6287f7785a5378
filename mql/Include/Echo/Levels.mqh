//+------------------------------------------------------------------+
//| Levels.mqh - stop loss and take profit where they shall be       |
//+------------------------------------------------------------------+
#ifndef ECHO_LEVELS_MQH
#define ECHO_LEVELS_MQH
#include "Closings.mqh"

// How often a level that is not yet legal is tried again.
#define LEVEL_LOOK_MS 1000
// After each refusal there is a spread more of room for the market to move, so often at most.
#define REFUSALS_MAX 5

// Levels to reach; they are unknown until the position was seen, for a modification may leave one
// of them as it is.
struct SGoal
  {
   string            trade_id;
   long              seq;
   long              ticket;
   SCommand          command;
   bool              has_command;
   bool              known;
   bool              has_base;
   double            base_stop;
   double            base_target;
   bool              sets_stop;
   double            stop;
   bool              sets_target;
   double            target;
   double            stop_loss;
   double            take_profit;
   SPatience         patience;
   long              watch_until_ms;
   bool              reached;
   string            trouble;
   bool              alarmed;
   int               refusals;
   bool              stuck;
  };

// Rounds to the tick size, then to the digits, both in one direction; 0 = no level.
double RoundedLevel(double level, const SSymbol &symbol, bool up)
  {
   if(level <= 0.0)
      return(0.0);
   double ticks = level / symbol.tick_size;
   ticks = up ? MathCeil(ticks - 0.000001) : MathFloor(ticks + 0.000001);
   return(NormalizeDouble(ticks * symbol.tick_size, symbol.digits));
  }

// Keeps a level that is nearer to the wanted one than what the market allows just now.
double Nearer(double present, double legal, double wanted)
  {
   if(present <= 0.0 || legal <= 0.0 || wanted <= 0.0)
      return(legal);
   return(MathAbs(present - wanted) < MathAbs(legal - wanted) - ECHO_SAME ? present : legal);
  }

// The goals of all trades, one each: a newer one replaces an older.
class CLevels
  {
private:
   SGoal             m_goals[];
   int               m_count;

   int               Find(string trade_id) const;
   int               Add(CSlaveDesk &desk, string trade_id, long seq, long ticket);
   void              Drop(string trade_id);
   void              Strive(CSlaveDesk &desk, COpenings &openings, string trade_id);
   void              Want(int goal, const SPosition &position);
   void              Legal(CSlaveDesk &desk, int goal, const SPosition &position,
                           double &stop_loss, double &take_profit) const;
   void              Ask(CSlaveDesk &desk, int goal, int position, double stop_loss,
                         double take_profit);
   void              Reached(CSlaveDesk &desk, string trade_id, bool whole);
   long              WatchUntilMs(CSlaveDesk &desk, int goal) const;
   void              Gone(CSlaveDesk &desk, string trade_id);
   void              TellIfLong(CSlaveDesk &desk, int goal);
   void              Superseded(CSlaveDesk &desk, SCommand &command, long newest);

public:
                     CLevels(void) { m_count = 0; }
   void              Restored(CSlaveDesk &desk, COpenings &openings);
   void              Protect(CSlaveDesk &desk, COpenings &openings, string trade_id);
   void              Heard(CSlaveDesk &desk, COpenings &openings, SCommand &command);
   void              Pump(CSlaveDesk &desk, COpenings &openings);
  };

int CLevels::Find(string trade_id) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_goals[i].trade_id == trade_id)
         return(i);
   return(-1);
  }

int CLevels::Add(CSlaveDesk &desk, string trade_id, long seq, long ticket)
  {
   int slot = Find(trade_id);
   if(slot < 0)
     {
      slot = m_count;
      m_count++;
      if(m_count > ArraySize(m_goals))
         ArrayResize(m_goals, m_count, 64);
      m_goals[slot].watch_until_ms = 0;
      m_goals[slot].has_base = false;
      m_goals[slot].base_stop = 0.0;
      m_goals[slot].base_target = 0.0;
      m_goals[slot].sets_stop = false;
      m_goals[slot].stop = 0.0;
      m_goals[slot].sets_target = false;
      m_goals[slot].target = 0.0;
     }
   else
      if(m_goals[slot].known)
        {
         // A level that the newer one leaves as it is may not be yet where the older one wants it.
         m_goals[slot].has_base = true;
         m_goals[slot].base_stop = m_goals[slot].stop_loss;
         m_goals[slot].base_target = m_goals[slot].take_profit;
         m_goals[slot].sets_stop = false;
         m_goals[slot].sets_target = false;
        }
   m_goals[slot].trade_id = trade_id;
   m_goals[slot].seq = seq;
   m_goals[slot].ticket = ticket;
   ClearCommand(m_goals[slot].command);
   m_goals[slot].has_command = false;
   m_goals[slot].known = false;
   m_goals[slot].stop_loss = 0.0;
   m_goals[slot].take_profit = 0.0;
   BeginPatience(m_goals[slot].patience, desk.now_ms);
   m_goals[slot].reached = false;
   m_goals[slot].trouble = "";
   m_goals[slot].alarmed = false;
   m_goals[slot].refusals = 0;
   m_goals[slot].stuck = false;
   return(slot);
  }

void CLevels::Drop(string trade_id)
  {
   int found = Find(trade_id);
   if(found < 0)
      return;
   for(int i = found + 1; i < m_count; i++)
      m_goals[i - 1] = m_goals[i];
   m_count--;
  }

// Takes up what a former life wanted: positions that are where they shall be are done.
void CLevels::Restored(CSlaveDesk &desk, COpenings &openings)
  {
   string owners[];
   int count = ArraySize(desk.view.positions);
   ArrayResize(owners, count);
   for(int i = 0; i < count; i++)
     {
      owners[i] = desk.ledger.OwnerOf(desk.view.positions[i].ticket);
      if(owners[i] == "")
         owners[i] = desk.ledger.OwnerOf(RootTicket(desk.view, desk.view.positions[i]));
     }
   for(int i = 0; i < count; i++)
      if(owners[i] != "")
         Protect(desk, openings, owners[i]);
  }

// Sets the levels that the order could not carry, if there are any.
void CLevels::Protect(CSlaveDesk &desk, COpenings &openings, string trade_id)
  {
   int want = desk.ledger.Wanted(trade_id);
   if(want < 0 || Find(trade_id) >= 0)
      return;
   int goal = Add(desk, trade_id, desk.ledger.wanted[want].seq, desk.ledger.TicketOf(trade_id));
   m_goals[goal].known = true;
   m_goals[goal].stop_loss = desk.ledger.wanted[want].stop_loss;
   m_goals[goal].take_profit = desk.ledger.wanted[want].take_profit;
   Strive(desk, openings, trade_id);
  }

// Takes up a modification, unless a newer one was taken up before.
void CLevels::Heard(CSlaveDesk &desk, COpenings &openings, SCommand &command)
  {
   int under_way = Find(command.trade_id);
   if(under_way >= 0 && m_goals[under_way].has_command
      && m_goals[under_way].command.command_id == command.command_id)
      return;
   long newest = desk.ledger.ModifiedSeq(command.trade_id);
   if(under_way >= 0 && m_goals[under_way].seq > newest)
      newest = m_goals[under_way].seq;
   if(command.seq <= newest)
     {
      Superseded(desk, command, newest);
      return;
     }
   if(under_way >= 0 && m_goals[under_way].has_command)
      Superseded(desk, m_goals[under_way].command, command.seq);
   int goal = Add(desk, command.trade_id, command.seq, command.ticket);
   m_goals[goal].command = command;
   m_goals[goal].has_command = true;
   if(command.has_stop_loss)
     {
      m_goals[goal].sets_stop = true;
      m_goals[goal].stop = command.stop_loss;
     }
   if(command.has_take_profit)
     {
      m_goals[goal].sets_target = true;
      m_goals[goal].target = command.take_profit;
     }
   Strive(desk, openings, command.trade_id);
  }

// Goes on with every goal: the market or the account has changed.
void CLevels::Pump(CSlaveDesk &desk, COpenings &openings)
  {
   string trade_ids[];
   int count = m_count;
   ArrayResize(trade_ids, count);
   for(int i = 0; i < count; i++)
      trade_ids[i] = m_goals[i].trade_id;
   for(int i = 0; i < count; i++)
      Strive(desk, openings, trade_ids[i]);
  }

void CLevels::Strive(CSlaveDesk &desk, COpenings &openings, string trade_id)
  {
   int goal = Find(trade_id);
   if(goal < 0)
      return;
   TellIfLong(desk, goal);
   if(openings.Pending(trade_id))
      return;
   int position = -1;
   ENUM_WHEREABOUTS where = Whereabouts(desk, trade_id, m_goals[goal].ticket, position);
   if(where == WHERE_UNSEEN)
      return;
   if(where == WHERE_GONE)
     {
      Gone(desk, trade_id);
      return;
     }
   if(!m_goals[goal].known)
      Want(goal, desk.view.positions[position]);
   double stop_loss = 0.0;
   double take_profit = 0.0;
   Legal(desk, goal, desk.view.positions[position], stop_loss, take_profit);
   double legal_stop = stop_loss;
   double legal_target = take_profit;
   double now_stop = desk.view.positions[position].stop_loss;
   double now_target = desk.view.positions[position].take_profit;
   stop_loss = Nearer(now_stop, stop_loss, m_goals[goal].stop_loss);
   take_profit = Nearer(now_target, take_profit, m_goals[goal].take_profit);
   bool there = Same(stop_loss, now_stop) && Same(take_profit, now_target);
   bool legal = Same(stop_loss, legal_stop) && Same(take_profit, legal_target);
   // Where nothing nearer can be had, levels that stay where they are would be refused, too.
   if(there || (m_goals[goal].stuck && !legal))
      Reached(desk, trade_id, Same(now_stop, m_goals[goal].stop_loss)
              && Same(now_target, m_goals[goal].take_profit));
   else
      if(desk.now_ms >= m_goals[goal].patience.not_before_ms)
        {
         Ask(desk, goal, position, stop_loss, take_profit);
         Strive(desk, openings, trade_id);
        }
  }

// Fills in what the modifications leave as it is; 0 removes a level.
void CLevels::Want(int goal, const SPosition &position)
  {
   m_goals[goal].known = true;
   bool based = m_goals[goal].has_base;
   m_goals[goal].stop_loss = based ? m_goals[goal].base_stop : position.stop_loss;
   m_goals[goal].take_profit = based ? m_goals[goal].base_target : position.take_profit;
   if(m_goals[goal].sets_stop)
      m_goals[goal].stop_loss = m_goals[goal].stop;
   if(m_goals[goal].sets_target)
      m_goals[goal].take_profit = m_goals[goal].target;
  }

// The wanted levels, pushed out to the broker's stop level where they are too near, no farther.
void CLevels::Legal(CSlaveDesk &desk, int goal, const SPosition &position, double &stop_loss,
                    double &take_profit) const
  {
   stop_loss = m_goals[goal].stop_loss;
   take_profit = m_goals[goal].take_profit;
   int symbol = desk.view.Symbol(position.symbol);
   if(!desk.view.HasPrice(symbol))
      return;
   double exit = desk.view.Exit(symbol, position.side);
   double point = desk.view.symbols[symbol].point;
   double spread = MathCeil((desk.view.symbols[symbol].ask - desk.view.symbols[symbol].bid) / point
                            - 0.000001);
   double room = (spread > 1.0 ? spread : 1.0)
                 * (m_goals[goal].refusals < REFUSALS_MAX ? m_goals[goal].refusals : REFUSALS_MAX);
   double least = (desk.view.symbols[symbol].stop_level + room) * point;
   if(stop_loss > 0.0 && (exit - stop_loss) * position.side < least - ECHO_SAME)
      stop_loss = RoundedLevel(exit - position.side * least, desk.view.symbols[symbol],
                               position.side < 0);
   if(take_profit > 0.0 && (take_profit - exit) * position.side < least - ECHO_SAME)
      take_profit = RoundedLevel(exit + position.side * least, desk.view.symbols[symbol],
                                 position.side > 0);
  }

void CLevels::Ask(CSlaveDesk &desk, int goal, int position, double stop_loss, double take_profit)
  {
   m_goals[goal].patience.attempts++;
   m_goals[goal].patience.not_before_ms = desk.now_ms + LEVEL_LOOK_MS;
   if(!desk.StillHome())
      return;
   SReply reply;
   ClearReply(reply);
   DoorLevels(desk.view.positions[position], stop_loss, take_profit, reply);
   desk.Clock();
   desk.See();
   m_goals[goal].patience.not_before_ms = desk.now_ms + LEVEL_LOOK_MS;
   if(reply.reading == READING_DONE)
     {
      m_goals[goal].refusals = 0;
      m_goals[goal].stuck = false;
      return;
     }
   if(CodeName(desk.view.mt5, reply.code) == "INVALID_STOPS")
     {
      m_goals[goal].refusals++;
      m_goals[goal].stuck = true;
     }
   if(reply.reading == READING_DOUBT)
      m_goals[goal].watch_until_ms = desk.now_ms + desk.settings.doubt_ms;
   m_goals[goal].trouble = "code " + LongText(reply.code);
   m_goals[goal].patience.not_before_ms = desk.now_ms + PatientPauseMs(m_goals[goal].patience);
  }

void CLevels::Reached(CSlaveDesk &desk, string trade_id, bool whole)
  {
   int goal = Find(trade_id);
   m_goals[goal].reached = true;
   if(m_goals[goal].has_command)
     {
      SResult result;
      AnswerTo(m_goals[goal].command, true, "NO_ERROR",
               whole ? "" : "set as near as the broker allows", result);
      result.ticket = m_goals[goal].ticket;
      m_goals[goal].has_command = false;
      desk.ledger.Wants(trade_id, m_goals[goal].seq, m_goals[goal].stop_loss,
                        m_goals[goal].take_profit);
      GiveResult(desk, result, m_goals[goal].seq);
     }
   if(whole && desk.now_ms >= WatchUntilMs(desk, goal))
      Drop(trade_id);
  }

// Until when an older request may still be carried out, and undo what was reached.  What was asked
// before a file was lost is not known: that is old enough a while after.
long CLevels::WatchUntilMs(CSlaveDesk &desk, int goal) const
  {
   long others_ms = desk.ledger.warm ? 0 : desk.alone_since_ms + desk.settings.doubt_ms;
   long own_ms = m_goals[goal].watch_until_ms;
   return(own_ms > others_ms ? own_ms : others_ms);
  }

void CLevels::Gone(CSlaveDesk &desk, string trade_id)
  {
   int goal = Find(trade_id);
   if(m_goals[goal].has_command)
     {
      SResult result;
      AnswerTo(m_goals[goal].command, true, "NOT_FOUND",
               "ticket " + LongText(m_goals[goal].ticket) + " is not open any more", result);
      GiveResult(desk, result, m_goals[goal].seq);
     }
   Drop(trade_id);
  }

// Alarms about levels that are not reached.
void CLevels::TellIfLong(CSlaveDesk &desk, int goal)
  {
   if(m_goals[goal].reached)
      return;
   long waited_ms = desk.now_ms - m_goals[goal].patience.since_ms;
   if(!m_goals[goal].alarmed && waited_ms >= desk.settings.protect_within_ms)
     {
      m_goals[goal].alarmed = true;
      desk.Alarm("unprotected:" + m_goals[goal].trade_id, "UNPROTECTED",
                 "levels of trade " + m_goals[goal].trade_id + " are not set after "
                 + LongText(waited_ms) + " ms: " + m_goals[goal].trouble, m_goals[goal].trade_id);
     }
   AlarmIfLong(desk, m_goals[goal].patience, "levels:" + m_goals[goal].trade_id,
               m_goals[goal].trouble == "" ? "waits" : m_goals[goal].trouble,
               m_goals[goal].trade_id);
  }

void CLevels::Superseded(CSlaveDesk &desk, SCommand &command, long newest)
  {
   SResult result;
   AnswerTo(command, true, "SEQ_CONFLICT", "superseded by modification " + LongText(newest), result);
   GiveResult(desk, result, command.seq);
  }
#endif

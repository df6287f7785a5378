//+------------------------------------------------------------------+
//| Openings.mqh - opens, step by step: the only work that cannot    |
//| simply be done again                                             |
//+------------------------------------------------------------------+
#ifndef ECHO_OPENINGS_MQH
#define ECHO_OPENINGS_MQH
#include "Entries.mqh"
#include "Sightings.mqh"

#define LOOK_AGAIN_MS 1000

enum ENUM_STAGE
  {
   STAGE_WAITING = 0, // nothing of it is at the broker
   STAGE_DOUBT   = 1  // the broker may have executed it; to be looked up
  };

// One open; after a restart only its intention is left of the command.
struct SOpening
  {
   SCommand          command;
   bool              has_command;
   SIntention        intention;
   bool              has_intention;
   ENUM_STAGE        stage;
   bool              cold;
   int               attempts;
   int               refused_code;
   bool              bare;
   long              not_before_ms;
   long              sent_ms;
   long              doubt_until_ms;
   long              server_ms;
   long              age_ms; // -1 = nobody knows
   bool              priced;
   double            first_entry;
   double            bid;
   double            ask;
   long              received_wall_ms;
   long              sent_wall_ms;
   string            blocked_by;
   string            waits_for;
   bool              alarmed;
  };

class COpenings
  {
private:
   SOpening          m_openings[];
   int               m_count;
   CEntries          m_entries;
   CTagged           m_tagged;

   int               Find(string command_id) const;
   int               Add(void);
   void              Drop(string command_id);
   bool              SameFlight(int one, int other) const;
   void              FlightOf(int opening, SSought &sought) const;
   void              SoughtOf(int opening, SSought &sought) const;
   void              Proceed(CSlaveDesk &desk, string command_id);
   bool              AlreadyThere(CSlaveDesk &desk, int opening);
   void              Judge(CSlaveDesk &desk, int opening, SVerdict &verdict);
   string            Rival(int opening) const;
   void              Send(CSlaveDesk &desk, int opening);
   bool              Note(CSlaveDesk &desk, int opening, bool later);
   bool              MayBeSet(CSlaveDesk &desk, SCommand &command) const;
   bool              SetLater(CSlaveDesk &desk, int opening) const;
   void              Filled(CSlaveDesk &desk, int opening, SReply &reply);
   void              Denied(CSlaveDesk &desk, int opening, SReply &reply);
   void              Refused(CSlaveDesk &desk, int opening, string code, string sentence);
   void              Base(int opening, bool success, string code, string sentence,
                          SResult &result);
   void              Settle(CSlaveDesk &desk, int opening, SResult &result);
   void              Doubt(CSlaveDesk &desk, int opening);
   void              WantUnnoted(CSlaveDesk &desk, int opening) const;
   bool              Adopt(CSlaveDesk &desk, int opening, SSighting &found[]);
   void              Look(CSlaveDesk &desk, string command_id);
   bool              Hidden(CSlaveDesk &desk, int opening);
   void              Decide(CSlaveDesk &desk, int opening, SSighting &found[]);
   void              Undecided(CSlaveDesk &desk, string command_id, string list, int count);
   bool              Ambiguous(CSlaveDesk &desk, int opening, SSighting &found[]);

public:
                     COpenings(void) { m_count = 0; }
   void              Restored(CSlaveDesk &desk);
   void              Heard(CSlaveDesk &desk, SCommand &command);
   void              Bury(CSlaveDesk &desk, string trade_id);
   bool              Pending(string trade_id) const;
   void              Pump(CSlaveDesk &desk);
   void              PipeClosed(CSlaveDesk &desk);
   string            Trouble(void) const;
  };

int COpenings::Find(string command_id) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_openings[i].command.command_id == command_id)
         return(i);
   return(-1);
  }

int COpenings::Add(void)
  {
   int slot = m_count;
   m_count++;
   if(m_count > ArraySize(m_openings))
      ArrayResize(m_openings, m_count, 64);
   ClearCommand(m_openings[slot].command);
   m_openings[slot].has_command = false;
   m_openings[slot].has_intention = false;
   m_openings[slot].stage = STAGE_WAITING;
   m_openings[slot].cold = false;
   m_openings[slot].attempts = 0;
   m_openings[slot].refused_code = 0;
   m_openings[slot].bare = false;
   m_openings[slot].not_before_ms = 0;
   m_openings[slot].sent_ms = 0;
   m_openings[slot].doubt_until_ms = 0;
   m_openings[slot].server_ms = 0;
   m_openings[slot].age_ms = 0;
   m_openings[slot].priced = false;
   m_openings[slot].first_entry = 0.0;
   m_openings[slot].bid = 0.0;
   m_openings[slot].ask = 0.0;
   m_openings[slot].received_wall_ms = 0;
   m_openings[slot].sent_wall_ms = 0;
   m_openings[slot].blocked_by = "";
   m_openings[slot].waits_for = "";
   m_openings[slot].alarmed = false;
   return(slot);
  }

void COpenings::Drop(string command_id)
  {
   int found = Find(command_id);
   if(found < 0)
      return;
   for(int i = found + 1; i < m_count; i++)
      m_openings[i - 1] = m_openings[i];
   m_count--;
  }

// Doubts everything that a former life was about to send.
void COpenings::Restored(CSlaveDesk &desk)
  {
   for(int i = 0; i < desk.ledger.unresolved_count; i++)
     {
      if(desk.ledger.unresolved[i].kind != "execute")
         continue;
      int slot = Add();
      m_openings[slot].intention = desk.ledger.unresolved[i];
      m_openings[slot].has_intention = true;
      m_openings[slot].command.kind = "execute";
      m_openings[slot].command.command_id = desk.ledger.unresolved[i].command_id;
      m_openings[slot].command.trade_id = desk.ledger.unresolved[i].trade_id;
      Doubt(desk, slot);
     }
  }

// Takes up an open that has no result yet; one that is under way goes on undisturbed.
void COpenings::Heard(CSlaveDesk &desk, SCommand &command)
  {
   if(Find(command.command_id) >= 0)
      return;
   int slot = Add();
   m_openings[slot].command = command;
   m_openings[slot].has_command = true;
   m_openings[slot].server_ms = desk.view.server_ms;
   m_openings[slot].received_wall_ms = desk.wall_ms;
   Proceed(desk, command.command_id);
  }

// Its master has closed the trade: what has not been sent is not sent any more.
void COpenings::Bury(CSlaveDesk &desk, string trade_id)
  {
   for(int i = m_count - 1; i >= 0; i--)
      if(m_openings[i].command.trade_id == trade_id && m_openings[i].stage == STAGE_WAITING)
         Refused(desk, i, "CLOSED_BEFORE_OPEN", "trade " + trade_id + " is closed already");
  }

// Whether the broker may still come to hold a position of this trade.
bool COpenings::Pending(string trade_id) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_openings[i].stage != STAGE_WAITING && m_openings[i].command.trade_id == trade_id)
         return(true);
   return(false);
  }

// Goes on with everything: time has passed, or something has changed.
void COpenings::Pump(CSlaveDesk &desk)
  {
   string command_ids[];
   int count = m_count;
   ArrayResize(command_ids, count);
   for(int i = 0; i < count; i++)
      command_ids[i] = m_openings[i].command.command_id;
   for(int i = 0; i < count; i++)
     {
      int opening = Find(command_ids[i]);
      if(opening < 0)
         continue;
      if(m_openings[opening].stage == STAGE_WAITING)
         Proceed(desk, command_ids[i]);
      else
         Look(desk, command_ids[i]);
     }
  }

// Forgets what only the session promised; what the broker refused stays refused.
void COpenings::PipeClosed(CSlaveDesk &desk)
  {
   for(int i = m_count - 1; i >= 0; i--)
     {
      if(m_openings[i].stage != STAGE_WAITING)
         continue;
      if(m_openings[i].refused_code != 0)
         Refused(desk, i, "SESSION_CLOSED", "the pipe is gone");
      else
         Drop(m_openings[i].command.command_id);
     }
  }

string COpenings::Trouble(void) const
  {
   for(int i = 0; i < m_count; i++)
     {
      if(m_openings[i].stage == STAGE_DOUBT)
         return("an open is in doubt until the broker shows it or not");
      if(m_openings[i].waits_for != "")
         return("an open: " + m_openings[i].waits_for);
     }
   return("");
  }

// What makes two opens alike: they could not be told apart at the broker.
void COpenings::FlightOf(int opening, SSought &sought) const
  {
   bool noted = m_openings[opening].has_intention;
   sought.symbol = noted ? m_openings[opening].intention.symbol : m_openings[opening].command.symbol;
   sought.side = noted ? m_openings[opening].intention.side : m_openings[opening].command.side;
   sought.lot = noted ? m_openings[opening].intention.lot : m_openings[opening].command.lot;
   sought.magic = noted ? m_openings[opening].intention.magic : m_openings[opening].command.magic;
  }

bool COpenings::SameFlight(int one, int other) const
  {
   SSought first;
   SSought second;
   FlightOf(one, first);
   FlightOf(other, second);
   return(first.symbol == second.symbol && first.side == second.side
          && Same(first.lot, second.lot) && first.magic == second.magic);
  }

void COpenings::SoughtOf(int opening, SSought &sought) const
  {
   FlightOf(opening, sought);
   sought.trade_id = m_openings[opening].command.trade_id;
   sought.tag = OrderTag(sought.trade_id);
   sought.tickets = "";
   sought.claimed = false;
   long server_ms = m_openings[opening].server_ms;
   long age_ms = m_openings[opening].age_ms;
   if(m_openings[opening].has_intention)
     {
      server_ms = m_openings[opening].intention.server_ms;
      age_ms = 0;
      sought.tickets = m_openings[opening].intention.tickets;
     }
   sought.from_ms = age_ms < 0 ? 0 : server_ms - age_ms - CLOCK_SLACK_MS;
   sought.to_ms = server_ms + LATE_FILL_MS;
  }

void COpenings::Proceed(CSlaveDesk &desk, string command_id)
  {
   int opening = Find(command_id);
   if(opening < 0 || !m_openings[opening].has_command)
      return;
   string trade_id = m_openings[opening].command.trade_id;
   if(desk.ledger.IsBuried(trade_id))
     {
      Refused(desk, opening, "CLOSED_BEFORE_OPEN", "trade " + trade_id + " is closed already");
      return;
     }
   if(m_openings[opening].not_before_ms > desk.now_ms)
     {
      if(m_entries.TtlLeftMs(desk, m_openings[opening].command) > 0)
         return;
     }
   if(AlreadyThere(desk, opening))
      return;
   if(m_entries.Unclocked(desk, m_openings[opening].command))
      return;
   SVerdict verdict;
   Judge(desk, opening, verdict);
   m_openings[opening].waits_for = verdict.verdict == VERDICT_WAIT ? verdict.sentence : "";
   if(verdict.verdict == VERDICT_REFUSE)
      Refused(desk, opening, verdict.code, verdict.sentence);
   if(verdict.verdict == VERDICT_GO)
      Send(desk, opening);
  }

// Adopts a fill that is there, or doubts what may be one.
bool COpenings::AlreadyThere(CSlaveDesk &desk, int opening)
  {
   SSought sought;
   SoughtOf(opening, sought);
   SSighting found[];
   if(FindTagged(desk, m_tagged, sought, found) > 0)
     {
      if(!Adopt(desk, opening, found))
         Doubt(desk, opening);
      return(true);
     }
   if(!desk.link.Probed())
      return(false);
   if(m_openings[opening].attempts > 0
      || !m_entries.MayBeAFormerLifes(desk, m_openings[opening].command))
      return(false);
   m_openings[opening].cold = true;
   m_openings[opening].age_ms = m_entries.AgeMs(desk, m_openings[opening].command);
   Doubt(desk, opening);
   return(true);
  }

// A refusal, what it waits for, or nothing stands in the way.
void COpenings::Judge(CSlaveDesk &desk, int opening, SVerdict &verdict)
  {
   long left_ms = m_entries.TtlLeftMs(desk, m_openings[opening].command);
   if(left_ms <= 0)
     {
      string rival = m_openings[opening].blocked_by;
      if(rival != "")
         Refuse(verdict, "SINGLE_FLIGHT", "no time left after waiting for " + rival
                + ", which looks the same");
      else
         Refuse(verdict, "STALE", "its time was used up " + LongText(-left_ms) + " ms ago");
      return;
     }
   m_entries.CheckPlace(desk, m_openings[opening].command, verdict);
   if(verdict.verdict != VERDICT_GO)
      return;
   if(!desk.view.synchronised)
     {
      Wait(verdict, "the terminal does not show everything yet");
      return;
     }
   m_openings[opening].blocked_by = Rival(opening);
   if(m_openings[opening].blocked_by != "")
     {
      Wait(verdict, m_openings[opening].blocked_by + " is not resolved yet");
      return;
     }
   m_entries.CheckPrice(desk, m_openings[opening].command, m_openings[opening].priced,
                        m_openings[opening].first_entry, verdict);
   if(verdict.verdict == VERDICT_GO)
      m_entries.CheckExcess(desk, m_openings[opening].command, verdict);
  }

string COpenings::Rival(int opening) const
  {
   for(int i = 0; i < m_count; i++)
      if(i != opening && m_openings[i].stage != STAGE_WAITING && SameFlight(i, opening))
         return(m_openings[i].command.command_id);
   return("");
  }

// Whether there is a level, and none that the market has passed: such a trade is over.
bool COpenings::MayBeSet(CSlaveDesk &desk, SCommand &command) const
  {
   int symbol = desk.view.Symbol(command.symbol);
   if(!desk.view.HasPrice(symbol))
      return(false);
   double exit = desk.view.Exit(symbol, command.side);
   if(command.stop_loss > 0.0 && (exit - command.stop_loss) * command.side <= 0.0)
      return(false);
   if(command.take_profit > 0.0 && (command.take_profit - exit) * command.side <= 0.0)
      return(false);
   return(command.stop_loss > 0.0 || command.take_profit > 0.0);
  }

// Whether the levels follow the fill: the Core asks for it, the broker has refused them with the
// order, or what the Core found far enough is not any more.
bool COpenings::SetLater(CSlaveDesk &desk, int opening) const
  {
   SCommand command = m_openings[opening].command;
   if(m_openings[opening].bare || command.protect)
      return(true);
   if(!MayBeSet(desk, command))
      return(false);
   int symbol = desk.view.Symbol(command.symbol);
   double exit = desk.view.Exit(symbol, command.side);
   double least = desk.view.symbols[symbol].stop_level * desk.view.symbols[symbol].point - ECHO_SAME;
   return((command.stop_loss > 0.0 && (exit - command.stop_loss) * command.side < least)
          || (command.take_profit > 0.0 && (command.take_profit - exit) * command.side < least));
  }

// Writes down what is about to be sent, and what is there before.
bool COpenings::Note(CSlaveDesk &desk, int opening, bool later)
  {
   long tickets[];
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
      AddTicket(tickets, desk.view.positions[i].ticket);
   m_openings[opening].intention.command_id = m_openings[opening].command.command_id;
   m_openings[opening].intention.trade_id = m_openings[opening].command.trade_id;
   m_openings[opening].intention.kind = "execute";
   m_openings[opening].intention.symbol = m_openings[opening].command.symbol;
   m_openings[opening].intention.side = m_openings[opening].command.side;
   m_openings[opening].intention.lot = m_openings[opening].command.lot;
   m_openings[opening].intention.magic = m_openings[opening].command.magic;
   m_openings[opening].intention.server_ms = desk.view.server_ms;
   m_openings[opening].intention.tag = OrderTag(m_openings[opening].command.trade_id);
   m_openings[opening].intention.tickets = TicketList(tickets, ",");
   bool separate = m_openings[opening].command.protect;
   m_openings[opening].intention.has_levels = later;
   m_openings[opening].intention.stop_loss = separate
      ? m_openings[opening].command.protect_stop_loss : m_openings[opening].command.stop_loss;
   m_openings[opening].intention.take_profit = separate
      ? m_openings[opening].command.protect_take_profit : m_openings[opening].command.take_profit;
   m_openings[opening].intention.ticket = 0;
   m_openings[opening].intention.remaining = 0.0;
   m_openings[opening].intention.open_ms = 0;
   m_openings[opening].intention.open_price = 0.0;
   return(desk.ledger.Intends(desk, m_openings[opening].intention));
  }

void COpenings::Send(CSlaveDesk &desk, int opening)
  {
   if(!desk.StillHome())
     {
      Refused(desk, opening, "SESSION_CLOSED", "the terminal is logged in to " + desk.view.account);
      return;
     }
   m_openings[opening].attempts++;
   bool later = SetLater(desk, opening);
   if(!Note(desk, opening, later))
     {
      SResult result;
      Base(opening, false, "LEDGER_UNWRITABLE",
           "the ledger cannot be written, so nothing was ordered", result);
      Drop(result.command_id);
      GiveUnwritten(desk, result);
      desk.Alarm("ledger", "LEDGER_UNWRITABLE", "opens fail until it can be written", "");
      return;
     }
   int symbol = desk.view.Symbol(m_openings[opening].command.symbol);
   m_openings[opening].has_intention = true;
   m_openings[opening].bid = desk.view.symbols[symbol].bid;
   m_openings[opening].ask = desk.view.symbols[symbol].ask;
   m_openings[opening].sent_ms = desk.now_ms;
   m_openings[opening].sent_wall_ms = desk.wall_ms;
   m_entries.Sent(desk, m_openings[opening].command);
   SOrder order;
   ClearOrder(order);
   order.symbol = m_openings[opening].command.symbol;
   order.side = m_openings[opening].command.side;
   order.lot = m_openings[opening].command.lot;
   order.price = desk.view.Entry(symbol, order.side);
   order.deviation_points = m_openings[opening].command.has_slippage
                            ? (int)m_openings[opening].command.slippage_points : -1;
   order.stop_loss = later ? 0.0 : m_openings[opening].command.stop_loss;
   order.take_profit = later ? 0.0 : m_openings[opening].command.take_profit;
   order.magic = m_openings[opening].command.magic;
   if(desk.settings.comment_mode == COMMENT_TAG)
      order.comment = m_openings[opening].command.comment;
   desk.journal.Action(desk.settings, "sending", SideText(order.side) + " " + NumberText(order.lot)
                       + " " + order.symbol, m_openings[opening].command.trade_id, 0,
                       desk.wall_ms - m_openings[opening].received_wall_ms);
   SReply reply;
   ClearReply(reply);
   m_openings[opening].stage = STAGE_DOUBT;
   DoorOpen(order, reply);
   desk.Clock();
   desk.See();
   if(reply.reading == READING_DONE)
      Filled(desk, opening, reply);
   else
      Denied(desk, opening, reply);
  }

// Filled as the broker says; slippage is measured from the price it was sent at.
void COpenings::Filled(CSlaveDesk &desk, int opening, SReply &reply)
  {
   SResult result;
   Base(opening, true, "NO_ERROR", "", result);
   double point = desk.Point(m_openings[opening].command.symbol);
   int side = m_openings[opening].command.side;
   double asked = side > 0 ? m_openings[opening].ask : m_openings[opening].bid;
   result.ticket = reply.ticket;
   result.price = reply.price;
   result.has_lot = true;
   result.lot = reply.lot;
   result.measured = true;
   result.spread_points = NormalizeDouble((m_openings[opening].ask - m_openings[opening].bid)
                                          / point, 4);
   result.slippage_points = NormalizeDouble((reply.price - asked) * side / point, 4);
   result.filled_ms = desk.wall_ms;
   Settle(desk, opening, result);
  }

void COpenings::Denied(CSlaveDesk &desk, int opening, SReply &reply)
  {
   if(reply.reading == READING_DOUBT)
     {
      Doubt(desk, opening);
      return;
     }
   m_openings[opening].stage = STAGE_WAITING;
   m_openings[opening].refused_code = reply.code;
   bool goes_bare = CodeName(desk.view.mt5, reply.code) == "INVALID_STOPS"
                    && !m_openings[opening].bare && !m_openings[opening].command.protect
                    && MayBeSet(desk, m_openings[opening].command);
   m_openings[opening].bare = m_openings[opening].bare || goes_bare;
   if(reply.reading == READING_NO && !goes_bare)
     {
      SResult result;
      Base(opening, false, CodeName(desk.view.mt5, reply.code), "code=" + LongText(reply.code),
           result);
      Settle(desk, opening, result);
      return;
     }
   m_openings[opening].not_before_ms = desk.now_ms + desk.settings.retry_pause_ms;
  }

// Omitted; but failed, with the broker's last word, if the broker had been asked.
void COpenings::Refused(CSlaveDesk &desk, int opening, string code, string sentence)
  {
   SResult result;
   int said = m_openings[opening].refused_code;
   if(said == 0)
      Base(opening, false, code, sentence, result);
   else
      Base(opening, false, CodeName(desk.view.mt5, said), "code=" + LongText(said) + " after "
           + LongText(m_openings[opening].attempts) + " attempts; " + sentence, result);
   Settle(desk, opening, result);
  }

// The answer, with the moments of its way where they are known.
void COpenings::Base(int opening, bool success, string code, string sentence, SResult &result)
  {
   AnswerTo(m_openings[opening].command, success, code, sentence, result);
   if(!m_openings[opening].has_command)
      return;
   result.received_ms = m_openings[opening].received_wall_ms;
   result.sent_ms = m_openings[opening].sent_wall_ms;
  }

void COpenings::Settle(CSlaveDesk &desk, int opening, SResult &result)
  {
   Drop(m_openings[opening].command.command_id);
   GiveResult(desk, result, 0);
  }

// Begins to doubt: looks once the broker has had its time since the order, and this EA.
void COpenings::Doubt(CSlaveDesk &desk, int opening)
  {
   m_openings[opening].stage = STAGE_DOUBT;
   long since_ms = m_openings[opening].sent_ms > desk.alone_since_ms
                   ? m_openings[opening].sent_ms : desk.alone_since_ms;
   m_openings[opening].doubt_until_ms = since_ms + desk.settings.doubt_ms;
  }

// Sees to the levels of a fill of which nothing was noted: a former life sent it, and nobody knows
// whether they went with the order or were still to follow.
void COpenings::WantUnnoted(CSlaveDesk &desk, int opening) const
  {
   if(m_openings[opening].has_intention || !m_openings[opening].has_command)
      return;
   bool separate = m_openings[opening].command.protect;
   double stop_loss = separate ? m_openings[opening].command.protect_stop_loss
                               : m_openings[opening].command.stop_loss;
   double take_profit = separate ? m_openings[opening].command.protect_take_profit
                                 : m_openings[opening].command.take_profit;
   if(stop_loss > 0.0 || take_profit > 0.0)
      desk.ledger.Wants(m_openings[opening].command.trade_id, 0, stop_loss, take_profit);
  }

// Adopts what carries the tag, if it is one and the terminal shows everything.
bool COpenings::Adopt(CSlaveDesk &desk, int opening, SSighting &found[])
  {
   if(!desk.view.Conclusive() || ArraySize(found) != 1)
      return(false);
   SResult result;
   Base(opening, true, "NO_ERROR", "found as ticket " + LongText(found[0].ticket), result);
   result.ticket = found[0].ticket;
   result.price = found[0].price;
   result.has_lot = true;
   result.lot = found[0].lot;
   result.late = true;
   WantUnnoted(desk, opening);
   Settle(desk, opening, result);
   return(true);
  }

// Adopts at once what carries the tag; decides when the time has come and everything shows.
void COpenings::Look(CSlaveDesk &desk, string command_id)
  {
   int opening = Find(command_id);
   SSought sought;
   SoughtOf(opening, sought);
   SSighting found[];
   FindTagged(desk, m_tagged, sought, found);
   if(Adopt(desk, opening, found))
      return;
   if(desk.now_ms < m_openings[opening].doubt_until_ms || !desk.view.Conclusive()
      || Hidden(desk, opening))
      return;
   if(ArraySize(found) == 0)
     {
      if(FindByShape(desk, sought, found) == 0)
        {
         // What another open in doubt may have left may be this one's as well.
         sought.claimed = true;
         if(FindByShape(desk, sought, found) > 0)
           {
            Undecided(desk, command_id, FoundList(found), ArraySize(found));
            return;
           }
        }
      if(Ambiguous(desk, opening, found))
         return;
     }
   Decide(desk, Find(command_id), found);
  }

string FoundList(SSighting &found[])
  {
   long tickets[];
   int count = ArraySize(found);
   for(int i = 0; i < count; i++)
      AddTicket(tickets, found[i].ticket);
   return(TicketList(tickets, ","));
  }

// Whether the same positions could be the fill of another open just like it, or are not enough to
// be sure: whoever looked first would guess.
bool COpenings::Ambiguous(CSlaveDesk &desk, int opening, SSighting &found[])
  {
   int count = ArraySize(found);
   if(count == 0)
      return(false);
   SSought sought;
   SoughtOf(opening, sought);
   bool unproved = m_openings[opening].cold || !Same(found[0].lot, sought.lot);
   string rivals[];
   int rival_count = 0;
   for(int i = 0; i < m_count; i++)
      if(i != opening && m_openings[i].stage == STAGE_DOUBT && SameFlight(i, opening))
        {
         ArrayResize(rivals, rival_count + 1);
         rivals[rival_count] = m_openings[i].command.command_id;
         rival_count++;
        }
   if(rival_count == 0 && !unproved)
      return(false);
   string own = m_openings[opening].command.command_id;
   string own_list = FoundList(found);
   string lists[];
   int counts[];
   ArrayResize(lists, rival_count);
   ArrayResize(counts, rival_count);
   for(int i = 0; i < rival_count; i++)
     {
      SSighting share[];
      SoughtOf(Find(rivals[i]), sought);
      counts[i] = FindByShape(desk, sought, share);
      lists[i] = FoundList(share);
     }
   Undecided(desk, own, own_list, count);
   for(int i = 0; i < rival_count; i++)
      if(counts[i] > 0)
         Undecided(desk, rivals[i], lists[i], counts[i]);
   return(true);
  }

void COpenings::Decide(CSlaveDesk &desk, int opening, SSighting &found[])
  {
   int count = ArraySize(found);
   if(count > 1)
     {
      Undecided(desk, m_openings[opening].command.command_id, FoundList(found), count);
      return;
     }
   if(count == 1)
     {
      Adopt(desk, opening, found);
      return;
     }
   SResult result;
   if(m_openings[opening].cold)
      Base(opening, false, "STALE", "older than this EA, and nothing was found", result);
   else
      Base(opening, false, "NOT_EXECUTED", "looked for, and not at the broker", result);
   Settle(desk, opening, result);
  }

// In doubt, for a person to settle.
void COpenings::Undecided(CSlaveDesk &desk, string command_id, string list, int count)
  {
   int opening = Find(command_id);
   desk.Alarm("doubt:" + command_id, "IN_DOUBT", "trade " + m_openings[opening].command.trade_id
              + ": " + LongText(count) + " positions could be its fill",
              m_openings[opening].command.trade_id);
   SResult result;
   Base(opening, false, "UNKNOWN", LongText(count) + " positions could be its fill: " + list,
        result);
   result.doubt = true;
   result.candidates = list;
   Settle(desk, opening, result);
  }

// Whether the history tab does not reach back to the order; a person must widen it.
bool COpenings::Hidden(CSlaveDesk &desk, int opening)
  {
   SSought sought;
   SoughtOf(opening, sought);
   long from_ms = sought.from_ms + CLOCK_SLACK_MS;
   // No tab reaches back for ever: as far as an open's time to live does is enough.
   if(m_openings[opening].age_ms < 0)
      from_ms = m_openings[opening].server_ms - desk.settings.ttl_ms_max;
   if(from_ms >= desk.view.history_from_ms)
      return(false);
   if(!m_openings[opening].alarmed)
      desk.Alarm("history:" + m_openings[opening].command.command_id, "HISTORY_HIDDEN",
                 "the history starts at " + LongText(desk.view.history_from_ms)
                 + ", the order was sent at " + LongText(from_ms),
                 m_openings[opening].command.trade_id);
   m_openings[opening].alarmed = true;
   return(true);
  }
#endif

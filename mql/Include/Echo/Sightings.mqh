//+------------------------------------------------------------------+
//| Sightings.mqh - looks for the fill of an open in all that shows  |
//+------------------------------------------------------------------+
#ifndef ECHO_SIGHTINGS_MQH
#define ECHO_SIGHTINGS_MQH
#include "Answers.mqh"

// MT4 servers count in whole seconds, and their clock is known from the last quote only.
#define CLOCK_SLACK_MS 2000
// Fills were seen up to a minute after the order was sent.
#define LATE_FILL_MS 75000

// What an open would have left at the broker; *tickets* are older than it.
struct SSought
  {
   string            trade_id;
   string            tag;
   string            symbol;
   int               side;
   double            lot;
   long              magic;
   long              from_ms;
   long              to_ms;
   string            tickets;
   bool              claimed;
  };

struct SSighting
  {
   long              ticket;
   double            lot;
   double            price;
   int               digits;
  };

// The deals that carry a tag, found anew only when the history has changed.
class CTagged
  {
private:
   int               m_revision;
   int               m_deals[];

public:
                     CTagged(void) { m_revision = -1; }
   int               Deals(CView &view, int &deals[]);
  };

int CTagged::Deals(CView &view, int &deals[])
  {
   if(m_revision != view.history_revision)
     {
      m_revision = view.history_revision;
      ArrayResize(m_deals, 0);
      int count = ArraySize(view.history);
      int found = 0;
      for(int i = 0; i < count; i++)
         if(StringLen(TagPrefix(view.history[i].comment)) >= TAG_DIGITS_MIN)
           {
            ArrayResize(m_deals, found + 1, 256);
            m_deals[found] = i;
            found++;
           }
     }
   int count = ArraySize(m_deals);
   ArrayResize(deals, count);
   for(int i = 0; i < count; i++)
      deals[i] = m_deals[i];
   return(count);
  }

// Positions are seen open and in the history when they were partly closed: they count once.
void AddSighting(SSighting &found[], long ticket, double lot, double price, int digits)
  {
   int count = ArraySize(found);
   for(int i = 0; i < count; i++)
      if(found[i].ticket == ticket)
         return;
   ArrayResize(found, count + 1);
   found[count].ticket = ticket;
   found[count].lot = lot;
   found[count].price = price;
   found[count].digits = digits;
  }

void LookAtTag(CSlaveDesk &desk, SSought &sought, SSighting &found[], string comment, long ticket,
               double lot, double price)
  {
   if(CommentNamesTag(comment, sought.tag) && desk.ledger.IsFree(ticket))
      AddSighting(found, ticket, lot, price,
                  desk.ledger.AnotherHas(comment, sought.trade_id)
                  ? 0 : StringLen(TagPrefix(comment)));
  }

// What carries the tag of the trade: whole if anything does, else by prefix.  A shortened tag that
// could as well be another trade's says nothing about this one.
int FindTagged(CSlaveDesk &desk, CTagged &tagged, SSought &sought, SSighting &found[])
  {
   SSighting near[];
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
      LookAtTag(desk, sought, near, desk.view.positions[i].comment,
                desk.view.mt5 ? desk.view.positions[i].root : desk.view.positions[i].ticket,
                desk.view.positions[i].lot, desk.view.positions[i].price);
   int deals[];
   count = tagged.Deals(desk.view, deals);
   for(int i = 0; i < count; i++)
      LookAtTag(desk, sought, near, desk.view.history[deals[i]].comment,
                desk.view.history[deals[i]].position_id, desk.view.history[deals[i]].lot,
                desk.view.history[deals[i]].open_price);
   bool exact = false;
   count = ArraySize(near);
   for(int i = 0; i < count; i++)
      exact = exact || near[i].digits == TAG_DIGITS;
   ArrayResize(found, 0);
   for(int i = 0; i < count; i++)
      if(exact ? near[i].digits == TAG_DIGITS : near[i].digits > 0)
         AddSighting(found, near[i].ticket, near[i].lot, near[i].price, near[i].digits);
   return(ArraySize(found));
  }

bool Alike(CSlaveDesk &desk, SSought &sought, bool partly, string symbol, int side, double lot,
           long magic, long open_ms, long ticket, string comment)
  {
   if(CameFrom(comment) > 0 || symbol != sought.symbol || side != sought.side
      || magic != sought.magic || open_ms < sought.from_ms || open_ms > sought.to_ms)
      return(false);
   if(partly ? lot > sought.lot - ECHO_SAME : !Same(lot, sought.lot))
      return(false);
   if(StringFind("," + sought.tickets + ",", "," + LongText(ticket) + ",") >= 0
      || !(sought.claimed ? desk.ledger.IsUnowned(ticket) : desk.ledger.IsFree(ticket)))
      return(false);
   string prefix = TagPrefix(comment);
   return(StringLen(prefix) < TAG_DIGITS_MIN || StartsWith(StringSubstr(sought.tag, 1), prefix));
  }

// What looks like the fill without saying so: the same order, at the right time; *partly*: with
// less volume than asked.  What carries another trade's tag is that trade's.
int FindAlike(CSlaveDesk &desk, SSought &sought, bool partly, SSighting &found[])
  {
   ArrayResize(found, 0);
   int count = ArraySize(desk.view.positions);
   for(int i = 0; i < count; i++)
      if(Alike(desk, sought, partly, desk.view.positions[i].symbol, desk.view.positions[i].side,
               desk.view.positions[i].lot, desk.view.positions[i].magic,
               desk.view.positions[i].open_ms, desk.view.positions[i].ticket,
               desk.view.positions[i].comment))
         AddSighting(found, desk.view.positions[i].ticket, desk.view.positions[i].lot,
                     desk.view.positions[i].price, 0);
   count = ArraySize(desk.view.history);
   for(int i = 0; i < count; i++)
      if(Alike(desk, sought, partly, desk.view.history[i].symbol, desk.view.history[i].side,
               desk.view.history[i].lot, desk.view.history[i].magic, desk.view.history[i].open_ms,
               desk.view.history[i].position_id, desk.view.history[i].comment))
         AddSighting(found, desk.view.history[i].position_id, desk.view.history[i].lot,
                     desk.view.history[i].open_price, 0);
   return(ArraySize(found));
  }

// By its shape: with all of the volume, else with a part of it.
int FindByShape(CSlaveDesk &desk, SSought &sought, SSighting &found[])
  {
   if(FindAlike(desk, sought, false, found) > 0)
      return(ArraySize(found));
   return(FindAlike(desk, sought, true, found));
  }
#endif

//+------------------------------------------------------------------+
//| Lineage.mqh - partial closes give a position new tickets on MT4  |
//+------------------------------------------------------------------+
#ifndef ECHO_LINEAGE_MQH
#define ECHO_LINEAGE_MQH
#include "View.mqh"

#define LINEAGE_STEPS_MAX 200

long TicketAfter(string comment, string word)
  {
   if(!StartsWith(comment, word))
      return(0);
   long ticket = 0;
   int length = StringLen(comment);
   for(int i = StringLen(word); i < length; i++)
     {
      ushort c = StringGetCharacter(comment, i);
      if(c < '0' || c > '9')
         break;
      ticket = ticket * 10 + (int)c - '0';
     }
   return(ticket);
  }

// The ticket that a rest says it was split off.
long CameFrom(string comment)
  {
   return(TicketAfter(comment, "from #"));
  }

// The ticket under which a closed part says that the rest lives on.
long WentTo(string comment)
  {
   return(TicketAfter(comment, "to #"));
  }

long SplitOff(CView &view, long ticket)
  {
   int count = ArraySize(view.history);
   for(int i = 0; i < count; i++)
      if(WentTo(view.history[i].comment) == ticket)
         return(view.history[i].ticket);
   return(0);
  }

string DealComment(CView &view, long ticket)
  {
   int count = ArraySize(view.history);
   for(int i = 0; i < count; i++)
      if(view.history[i].ticket == ticket)
         return(view.history[i].comment);
   return("");
  }

// The first ticket that a position ever had, as far as the history shows it.
long RootTicket(CView &view, const SPosition &position)
  {
   if(view.mt5)
      return(position.root);
   long ticket = position.ticket;
   string comment = position.comment;
   for(int step = 0; step < LINEAGE_STEPS_MAX; step++)
     {
      long before = CameFrom(comment);
      if(before == 0)
         before = SplitOff(view, ticket);
      if(before == 0 || before == position.ticket)
         return(ticket);
      ticket = before;
      comment = DealComment(view, ticket);
     }
   return(ticket);
  }

// The ticket under which what is left of *ticket* lives, by the comment of either side.
long Successor(CView &view, long ticket)
  {
   int count = ArraySize(view.positions);
   for(int i = 0; i < count; i++)
      if(CameFrom(view.positions[i].comment) == ticket)
         return(view.positions[i].ticket);
   count = ArraySize(view.history);
   for(int i = 0; i < count; i++)
     {
      if(view.history[i].ticket == ticket)
        {
         long named = WentTo(view.history[i].comment);
         if(named > 0)
            return(named);
        }
      else
         if(CameFrom(view.history[i].comment) == ticket)
            return(view.history[i].ticket);
     }
   return(0);
  }

// The index of the open position that *ticket* has become; -1 = nothing of it is open.
int CurrentPosition(CView &view, long ticket)
  {
   long following = ticket;
   for(int step = 0; step < LINEAGE_STEPS_MAX && following > 0; step++)
     {
      int found = view.Position(following);
      if(found >= 0)
         return(found);
      if(view.mt5)
         return(-1);
      following = Successor(view, following);
      if(following == ticket)
         return(-1);
     }
   return(-1);
  }

// What a partial close leaves unchanged is equal.
bool SameOrigin(const SPosition &one, string symbol, long magic, long open_ms, double price)
  {
   return(one.symbol == symbol && one.magic == magic && one.open_ms == open_ms
          && Same(one.price, price));
  }

bool AllClosed(CView &view, long ticket, double lot)
  {
   int count = ArraySize(view.history);
   for(int i = 0; i < count; i++)
      if(view.history[i].ticket == ticket && view.history[i].lot > lot - ECHO_SAME)
         return(true);
   return(false);
  }

// The one position that looks like the rest of *old*, when no comment tells; *taken* tickets
// belong to others.
int RestByShape(CView &view, const SPosition &old, const long &taken[])
  {
   if(AllClosed(view, old.ticket, old.lot))
      return(-1);
   int found = -1;
   int count = ArraySize(view.positions);
   for(int i = 0; i < count; i++)
     {
      if(HasTicket(taken, view.positions[i].ticket) || CameFrom(view.positions[i].comment) > 0)
         continue;
      if(view.positions[i].side != old.side || view.positions[i].lot > old.lot - ECHO_SAME)
         continue;
      if(!SameOrigin(view.positions[i], old.symbol, old.magic, old.open_ms, old.price))
         continue;
      if(found >= 0)
         return(-1);
      found = i;
     }
   return(found);
  }

bool HasTicket(const long &tickets[], long ticket)
  {
   int count = ArraySize(tickets);
   for(int i = 0; i < count; i++)
      if(tickets[i] == ticket)
         return(true);
   return(false);
  }

void AddTicket(long &tickets[], long ticket)
  {
   int count = ArraySize(tickets);
   ArrayResize(tickets, count + 1, 64);
   tickets[count] = ticket;
  }

string TicketList(const long &tickets[], string between)
  {
   string list = "";
   int count = ArraySize(tickets);
   for(int i = 0; i < count; i++)
      list += (i > 0 ? between : "") + LongText(tickets[i]);
   return(list);
  }
#endif

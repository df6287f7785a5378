//+------------------------------------------------------------------+
//| Sweeps.mqh - flattening, and deleting pending orders             |
//+------------------------------------------------------------------+
#ifndef ECHO_SWEEPS_MQH
#define ECHO_SWEEPS_MQH
#include "Levels.mqh"

struct SSweep
  {
   SCommand          command;
   SPatience         patience;
   int               done;
   double            done_lot;
  };

// Many tickets, one answer when none of them is left.
class CSweeps
  {
private:
   SSweep            m_sweeps[];
   int               m_count;

   int               Find(string command_id) const;
   void              Step(CSlaveDesk &desk, string command_id);
   int               Left(CSlaveDesk &desk, SCommand &command, long &tickets[]) const;
   bool              Sweep(CSlaveDesk &desk, int sweep, long ticket);
   void              Settle(CSlaveDesk &desk, int sweep);

public:
                     CSweeps(void) { m_count = 0; }
   void              Heard(CSlaveDesk &desk, SCommand &command);
   void              Pump(CSlaveDesk &desk);
  };

int CSweeps::Find(string command_id) const
  {
   for(int i = 0; i < m_count; i++)
      if(m_sweeps[i].command.command_id == command_id)
         return(i);
   return(-1);
  }

// Takes up a command that has no result yet; one that is under way goes on.
void CSweeps::Heard(CSlaveDesk &desk, SCommand &command)
  {
   if(Find(command.command_id) >= 0)
      return;
   int slot = m_count;
   m_count++;
   ArrayResize(m_sweeps, m_count, 16);
   m_sweeps[slot].command = command;
   BeginPatience(m_sweeps[slot].patience, desk.now_ms);
   m_sweeps[slot].done = 0;
   m_sweeps[slot].done_lot = 0.0;
   Step(desk, command.command_id);
  }

void CSweeps::Pump(CSlaveDesk &desk)
  {
   string command_ids[];
   int count = m_count;
   ArrayResize(command_ids, count);
   for(int i = 0; i < count; i++)
      command_ids[i] = m_sweeps[i].command.command_id;
   for(int i = 0; i < count; i++)
      Step(desk, command_ids[i]);
  }

void CSweeps::Step(CSlaveDesk &desk, string command_id)
  {
   int sweep = Find(command_id);
   if(sweep < 0 || !desk.view.Conclusive())
      return;
   long tickets[];
   int left = Left(desk, m_sweeps[sweep].command, tickets);
   if(left > 0)
     {
      if(desk.now_ms < m_sweeps[sweep].patience.not_before_ms)
         return;
      m_sweeps[sweep].patience.attempts++;
      for(int i = 0; i < left; i++)
         if(!Sweep(desk, sweep, tickets[i]))
            m_sweeps[sweep].patience.not_before_ms = desk.now_ms
               + PatientPauseMs(m_sweeps[sweep].patience);
      if(Left(desk, m_sweeps[sweep].command, tickets) > 0)
         return;
     }
   Settle(desk, sweep);
  }

int CSweeps::Left(CSlaveDesk &desk, SCommand &command, long &tickets[]) const
  {
   ArrayResize(tickets, 0);
   if(command.kind == "flatten")
     {
      string named[];
      int count = StringSplit(command.tickets, ',', named);
      for(int i = 0; i < count; i++)
        {
         int position = CurrentPosition(desk.view, StringToInteger(named[i]));
         if(position >= 0 && !HasTicket(tickets, desk.view.positions[position].ticket))
            AddTicket(tickets, desk.view.positions[position].ticket);
        }
      return(ArraySize(tickets));
     }
   int count = ArraySize(desk.view.pendings);
   for(int i = 0; i < count; i++)
      if((!command.has_magic || desk.view.pendings[i].magic == command.magic)
         && (command.symbol == "" || desk.view.pendings[i].symbol == command.symbol))
         AddTicket(tickets, desk.view.pendings[i].ticket);
   return(ArraySize(tickets));
  }

bool CSweeps::Sweep(CSlaveDesk &desk, int sweep, long ticket)
  {
   if(!desk.StillHome())
      return(false);
   SReply reply;
   ClearReply(reply);
   int position = desk.view.Position(ticket);
   if(m_sweeps[sweep].command.kind == "flatten")
     {
      if(position < 0)
         return(true);
      double lot = desk.view.positions[position].lot;
      DoorClose(desk.view.positions[position], lot, reply);
      if(reply.reading == READING_DONE)
         m_sweeps[sweep].done_lot += lot;
     }
   else
      DoorDelete(ticket, reply);
   desk.Clock();
   desk.See();
   if(reply.reading == READING_DONE)
     {
      m_sweeps[sweep].done++;
      return(true);
     }
   AlarmIfLong(desk, m_sweeps[sweep].patience, "sweep:" + m_sweeps[sweep].command.command_id,
               "code " + LongText(reply.code), "");
   return(false);
  }

void CSweeps::Settle(CSlaveDesk &desk, int sweep)
  {
   SResult result;
   string what = m_sweeps[sweep].command.kind == "flatten" ? " positions closed" : " orders deleted";
   AnswerTo(m_sweeps[sweep].command, true, "NO_ERROR", LongText(m_sweeps[sweep].done) + what, result);
   result.has_lot = true;
   result.lot = m_sweeps[sweep].done_lot;
   for(int i = sweep + 1; i < m_count; i++)
      m_sweeps[i - 1] = m_sweeps[i];
   m_count--;
   GiveResult(desk, result, 0);
  }
#endif

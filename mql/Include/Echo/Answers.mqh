//+------------------------------------------------------------------+
//| Answers.mqh - results: on disk, then said until the Core has them |
//+------------------------------------------------------------------+
#ifndef ECHO_ANSWERS_MQH
#define ECHO_ANSWERS_MQH
#include "Ledger.mqh"
#include "Repeats.mqh"

// A desk with a ledger: what all parts of a slave EA share.
class CSlaveDesk : public CDesk
  {
public:
   CLedger           ledger;
   CRepeats          repeats;
   string            protect_next[];

   bool              Knows(string command_id) const { return(ledger.Result(command_id) >= 0); }
  };

void SayResult(CSlaveDesk &desk, int slot, bool stored)
  {
   string body = desk.ledger.results[slot].body;
   if(stored)
      body += ",\"stored\":true";
   if(!desk.ledger.results[slot].loose)
      body += ",\"ledger_n\":" + LongText(desk.ledger.results[slot].n);
   desk.SayPayload(ResultType(desk.ledger.results[slot].kind), body);
   if(!desk.ledger.results[slot].acked && desk.link.IsUp())
      desk.repeats.Said(desk.ledger.results[slot].command_id, desk.now_ms, desk.link.backoff_ms);
  }

// Says a result once more, because its command came once more.
void RepeatResult(CSlaveDesk &desk, string command_id)
  {
   int slot = desk.ledger.Result(command_id);
   if(!desk.ledger.results[slot].held)
      SayResult(desk, slot, true);
  }

// Notes a result, then says it.
void GiveResult(CSlaveDesk &desk, SResult &result, long seq)
  {
   int slot = desk.ledger.Did(desk, result, seq, false);
   long took_ms = result.received_ms > 0 ? desk.wall_ms - result.received_ms : 0;
   desk.journal.Action(desk.settings, result.success ? "done" : "refused",
                       result.kind + " " + result.code + " " + result.message, result.trade_id, seq,
                       took_ms);
   if(!desk.ledger.results[slot].held)
      SayResult(desk, slot, false);
   if(result.kind != "execute" || !result.success)
      return;
   int count = ArraySize(desk.protect_next);
   ArrayResize(desk.protect_next, count + 1);
   desk.protect_next[count] = result.trade_id;
  }

// Says a result that the ledger cannot take now: the broker was not asked, so nothing can be done
// twice by forgetting it.
void GiveUnwritten(CSlaveDesk &desk, SResult &result)
  {
   SayResult(desk, desk.ledger.Did(desk, result, 0, true), false);
  }

void AcknowledgeResult(CSlaveDesk &desk, string command_id)
  {
   desk.repeats.Drop(command_id);
   desk.ledger.Acked(desk, command_id);
  }

void AnswersTurn(CSlaveDesk &desk)
  {
   string keys[];
   int count = desk.ledger.Flush(desk, keys);
   for(int i = 0; i < count; i++)
     {
      int slot = desk.ledger.Result(keys[i]);
      if(!desk.ledger.results[slot].acked)
         SayResult(desk, slot, false);
     }
   if(!desk.link.IsUp())
      return;
   count = desk.repeats.TakeDue(desk.now_ms, keys);
   for(int i = 0; i < count; i++)
      SayResult(desk, desk.ledger.Result(keys[i]), true);
  }

// Repeats everything that nobody has acknowledged.
void AnswersPipeUp(CSlaveDesk &desk)
  {
   desk.repeats.Clear();
   for(int i = 0; i < desk.ledger.result_count; i++)
      if(!desk.ledger.results[i].acked && !desk.ledger.results[i].held)
         desk.repeats.AgainAt(desk.ledger.results[i].command_id, desk.now_ms);
   AnswersTurn(desk);
  }
#endif

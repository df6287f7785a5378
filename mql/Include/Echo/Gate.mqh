//+------------------------------------------------------------------+
//| Gate.mqh - what the Core's last verdict leaves open              |
//+------------------------------------------------------------------+
#ifndef ECHO_GATE_MQH
#define ECHO_GATE_MQH
#include "Index.mqh"
#include "Json.mqh"

// The text behind the last underscore: ACCEPTED of SYMBOL_REGISTRATION_STATUS_ACCEPTED.
string LastWord(string text)
  {
   int from = 0;
   int at = StringFind(text, "_");
   while(at >= 0)
     {
      from = at + 1;
      at = StringFind(text, "_", from);
     }
   return(StringSubstr(text, from));
  }

// Open until a verdict shuts it.
class CGate
  {
private:
   CIndex            m_rejected;

public:
   string            status;
   string            reason;

                     CGate(void) { status = ""; reason = ""; }
   void              Judged(CJsonReader &reader, int payload);
   bool              Shut(void) const { return(status == "REJECTED"); }
   bool              Rejects(string symbol) const { return(m_rejected.Has(symbol)); }
   string            Rejected(void) const;
  };

string FirstIssue(CJsonReader &reader, int node)
  {
   int issue = reader.First(reader.Member(node, "errors"));
   return(issue < 0 ? "" : reader.Text(issue, "message"));
  }

// Takes a verdict; it replaces the last one whole.
void CGate::Judged(CJsonReader &reader, int payload)
  {
   status = LastWord(reader.Text(payload, "status"));
   reason = FirstIssue(reader, payload);
   m_rejected.Clear();
   int symbols = reader.Member(payload, "symbols");
   for(int each = reader.First(symbols); each >= 0; each = reader.Next(each))
      if(LastWord(reader.Text(each, "status")) == "REJECTED")
        {
         m_rejected.Set(reader.Text(each, "brokerSymbol"), 1);
         if(reason == "")
            reason = FirstIssue(reader, each);
        }
  }

// The rejected symbols, for people.
string CGate::Rejected(void) const
  {
   string keys[];
   int count = m_rejected.Keys(keys);
   string list = "";
   for(int i = 0; i < count; i++)
      list += (i > 0 ? ", " : "") + keys[i];
   return(list);
  }
#endif

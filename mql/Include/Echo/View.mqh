//+------------------------------------------------------------------+
//| View.mqh - what the terminal shows, at one moment                |
//+------------------------------------------------------------------+
#ifndef ECHO_VIEW_MQH
#define ECHO_VIEW_MQH
#include "Ids.mqh"
#include "Values.mqh"

// Filled by the door of the platform; everything else only reads it.
class CView
  {
public:
   bool              mt5;
   string            account;
   string            server;
   string            broker;
   string            currency;
   string            mode;
   int               leverage;
   int               build;
   bool              connected;
   bool              synchronised;
   bool              at_home;
   long              server_ms;
   long              history_from_ms;
   double            balance;
   double            equity;
   double            margin;
   double            margin_free;
   double            margin_level;
   SPosition         positions[];
   SPosition         pendings[];
   SDeal             history[];
   SSymbol           symbols[];
   int               history_revision;

                     CView(void);
   bool              Conclusive(void) const { return(connected && synchronised && at_home); }
   int               Position(long ticket) const;
   int               Symbol(string name) const;
   bool              HasPrice(int symbol) const;
   double            Entry(int symbol, int side) const;
   double            Exit(int symbol, int side) const;
  };

CView::CView(void)
  {
   mt5 = false;
   account = "";
   server = "";
   broker = "";
   currency = "";
   mode = "hedging";
   leverage = 0;
   build = 0;
   connected = false;
   synchronised = false;
   at_home = false;
   server_ms = 0;
   history_from_ms = 0;
   balance = 0.0;
   equity = 0.0;
   margin = 0.0;
   margin_free = 0.0;
   margin_level = 0.0;
   history_revision = 0;
  }

int CView::Position(long ticket) const
  {
   int count = ArraySize(positions);
   for(int i = 0; i < count; i++)
      if(positions[i].ticket == ticket)
         return(i);
   return(-1);
  }

int CView::Symbol(string name) const
  {
   int count = ArraySize(symbols);
   for(int i = 0; i < count; i++)
      if(symbols[i].name == name)
         return(i);
   return(-1);
  }

bool CView::HasPrice(int symbol) const
  {
   return(symbol >= 0 && symbols[symbol].bid > 0.0 && symbols[symbol].ask > 0.0);
  }

double CView::Entry(int symbol, int side) const
  {
   return(side > 0 ? symbols[symbol].ask : symbols[symbol].bid);
  }

double CView::Exit(int symbol, int side) const
  {
   return(side > 0 ? symbols[symbol].bid : symbols[symbol].ask);
  }
#endif

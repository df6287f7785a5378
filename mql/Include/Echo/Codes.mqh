//+------------------------------------------------------------------+
//| Codes.mqh - what a broker's numbers mean                         |
//| docs.mql4.com "Error Codes"; www.mql5.com "Trade Server Return   |
//| Codes"                                                           |
//+------------------------------------------------------------------+
#ifndef ECHO_CODES_MQH
#define ECHO_CODES_MQH
#include "Values.mqh"

#define MT4_CODES ",0:NO_ERROR,128:TIMEOUT,129:INVALID_PRICE,130:INVALID_STOPS,131:INVALID_VOLUME,132:MARKET_CLOSED,133:TRADE_DISABLED,134:NO_MONEY,135:PRICE_CHANGED,136:OFF_QUOTES,137:BROKER_BUSY,138:REQUOTE,140:LONG_ONLY,141:TOO_MANY_REQUESTS,146:BROKER_BUSY,4108:NOT_FOUND,"
#define MT5_CODES ",10004:REQUOTE,10008:NO_ERROR,10009:NO_ERROR,10010:NO_ERROR,10011:UNKNOWN,10012:TIMEOUT,10014:INVALID_VOLUME,10015:INVALID_PRICE,10016:INVALID_STOPS,10017:TRADE_DISABLED,10018:MARKET_CLOSED,10019:NO_MONEY,10020:PRICE_CHANGED,10021:OFF_QUOTES,10024:TOO_MANY_REQUESTS,10031:UNKNOWN,10036:NOT_FOUND,10042:LONG_ONLY,10043:SHORT_ONLY,"
#define MT4_PASSING ",129,135,136,138,146,"
#define MT5_PASSING ",10004,10020,10021,"
#define MT4_DOUBT ",1,2,6,128,137,141,142,143,"
#define MT5_DOUBT ",10011,10012,10031,"

bool InCodes(string list, int code)
  {
   return(StringFind(list, "," + LongText(code) + ",") >= 0);
  }

// Names a broker's number; an unknown one keeps its number in the sentence beside it.
string CodeName(bool mt5, int code)
  {
   string list = mt5 ? MT5_CODES : MT4_CODES;
   string key = "," + LongText(code) + ":";
   int at = StringFind(list, key);
   if(at < 0)
      return("UNKNOWN");
   int from = at + StringLen(key);
   return(StringSubstr(list, from, StringFind(list, ",", from) - from));
  }

// Interprets the number of a refused order; one that is not listed proves nothing.
ENUM_READING ReadingOf(bool mt5, int code)
  {
   if(InCodes(mt5 ? MT5_PASSING : MT4_PASSING, code))
      return(READING_PASSING);
   if(InCodes(mt5 ? MT5_DOUBT : MT4_DOUBT, code))
      return(READING_DOUBT);
   string list = mt5 ? MT5_CODES : MT4_CODES;
   return(StringFind(list, "," + LongText(code) + ":") < 0 ? READING_DOUBT : READING_NO);
  }
#endif

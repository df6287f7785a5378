//+------------------------------------------------------------------+
//| Json.mqh - one JSON object of a line, read whole or not at all   |
//+------------------------------------------------------------------+
#ifndef ECHO_JSON_MQH
#define ECHO_JSON_MQH
#include "Text.mqh"

#define JSON_DEPTH_MAX 24

enum ENUM_JSON_KIND
  {
   JSON_OBJECT = 0,
   JSON_ARRAY  = 1,
   JSON_TEXT   = 2,
   JSON_NUMBER = 3,
   JSON_FLAG   = 4,
   JSON_NULL   = 5
  };

struct SJsonNode
  {
   ENUM_JSON_KIND    kind;
   string            key;
   string            value;
   int               first;
   int               next;
   int               from;
   int               to;
  };

// Reads a line into a tree of nodes; node 0 is the object that the line is.
class CJsonReader
  {
private:
   string            m_text;
   int               m_at;
   int               m_length;
   int               m_count;
   SJsonNode         m_nodes[];

   void              Blanks(void);
   bool              Take(ushort c);
   ushort            Here(void) const;
   int               Add(ENUM_JSON_KIND kind, string key);
   int               Value(string key, int depth);
   int               Container(string key, int depth, bool object);
   bool              String(string &value);
   bool              Escape(string &value);
   bool              Number(string &value);
   bool              Word(string word);
   bool              Digits(void);

public:
                     CJsonReader(void);
   bool              Parse(string text);
   int               Member(int node, string key) const;
   int               First(int node) const;
   int               Next(int node) const;
   bool              Is(int node, ENUM_JSON_KIND kind) const;
   bool              Has(int node, string key) const;
   string            Text(int node, string key) const;
   long              Integer(int node, string key, long otherwise) const;
   double            Real(int node, string key, double otherwise) const;
   bool              Flag(int node, string key) const;
   long              IntegerOf(int node) const;
   string            TextOf(int node) const;
   string            Raw(int node, string key) const;
  };

CJsonReader::CJsonReader(void)
  {
   m_text = "";
   m_at = 0;
   m_length = 0;
   m_count = 0;
  }

// True if *text* is one JSON object and nothing else.
bool CJsonReader::Parse(string text)
  {
   m_text = text;
   m_length = StringLen(text);
   m_at = 0;
   m_count = 0;
   Blanks();
   if(Here() != '{' || Value("", 0) < 0)
      return(false);
   Blanks();
   return(m_at == m_length);
  }

int CJsonReader::Member(int node, string key) const
  {
   if(!Is(node, JSON_OBJECT))
      return(-1);
   int found = -1;
   for(int each = m_nodes[node].first; each >= 0; each = m_nodes[each].next)
      if(m_nodes[each].key == key)
         found = each;
   return(found);
  }

int CJsonReader::First(int node) const
  {
   return(node < 0 || node >= m_count ? -1 : m_nodes[node].first);
  }

int CJsonReader::Next(int node) const
  {
   return(node < 0 || node >= m_count ? -1 : m_nodes[node].next);
  }

bool CJsonReader::Is(int node, ENUM_JSON_KIND kind) const
  {
   return(node >= 0 && node < m_count && m_nodes[node].kind == kind);
  }

bool CJsonReader::Has(int node, string key) const
  {
   int member = Member(node, key);
   return(member >= 0 && m_nodes[member].kind != JSON_NULL);
  }

string CJsonReader::Text(int node, string key) const
  {
   int member = Member(node, key);
   return(Is(member, JSON_TEXT) ? m_nodes[member].value : "");
  }

long CJsonReader::Integer(int node, string key, long otherwise) const
  {
   int member = Member(node, key);
   return(Is(member, JSON_NUMBER) ? StringToInteger(m_nodes[member].value) : otherwise);
  }

double CJsonReader::Real(int node, string key, double otherwise) const
  {
   int member = Member(node, key);
   return(Is(member, JSON_NUMBER) ? StringToDouble(m_nodes[member].value) : otherwise);
  }

bool CJsonReader::Flag(int node, string key) const
  {
   int member = Member(node, key);
   return(Is(member, JSON_FLAG) && m_nodes[member].value == "true");
  }

long CJsonReader::IntegerOf(int node) const
  {
   return(Is(node, JSON_NUMBER) ? StringToInteger(m_nodes[node].value) : 0);
  }

string CJsonReader::TextOf(int node) const
  {
   return(Is(node, JSON_TEXT) ? m_nodes[node].value : "");
  }

// A member's text as it stands in the line.
string CJsonReader::Raw(int node, string key) const
  {
   int member = Member(node, key);
   if(member < 0)
      return("");
   return(StringSubstr(m_text, m_nodes[member].from, m_nodes[member].to - m_nodes[member].from));
  }

void CJsonReader::Blanks(void)
  {
   while(m_at < m_length)
     {
      ushort c = Here();
      if(c != ' ' && c != '\t' && c != '\r' && c != '\n')
         return;
      m_at++;
     }
  }

ushort CJsonReader::Here(void) const
  {
   return(m_at < m_length ? StringGetCharacter(m_text, m_at) : (ushort)0);
  }

bool CJsonReader::Take(ushort c)
  {
   if(m_at >= m_length || Here() != c)
      return(false);
   m_at++;
   return(true);
  }

int CJsonReader::Add(ENUM_JSON_KIND kind, string key)
  {
   if(m_count >= ArraySize(m_nodes))
      ArrayResize(m_nodes, m_count + 64, 1024);
   int node = m_count;
   m_count++;
   m_nodes[node].kind = kind;
   m_nodes[node].key = key;
   m_nodes[node].value = "";
   m_nodes[node].first = -1;
   m_nodes[node].next = -1;
   m_nodes[node].from = m_at;
   m_nodes[node].to = m_at;
   return(node);
  }

int CJsonReader::Value(string key, int depth)
  {
   Blanks();
   ushort c = Here();
   if(c == '{' || c == '[')
      return(depth >= JSON_DEPTH_MAX ? -1 : Container(key, depth, c == '{'));
   int from = m_at;
   string value = "";
   ENUM_JSON_KIND kind = JSON_NUMBER;
   if(c == '"')
     {
      kind = JSON_TEXT;
      if(!String(value))
         return(-1);
     }
   else
      if(c == 't' || c == 'f')
        {
         kind = JSON_FLAG;
         value = c == 't' ? "true" : "false";
         if(!Word(value))
            return(-1);
        }
      else
         if(c == 'n')
           {
            kind = JSON_NULL;
            if(!Word("null"))
               return(-1);
           }
         else
            if(!Number(value))
               return(-1);
   int node = Add(kind, key);
   m_nodes[node].value = value;
   m_nodes[node].from = from;
   return(node);
  }

int CJsonReader::Container(string key, int depth, bool object)
  {
   ushort ending = object ? (ushort)'}' : (ushort)']';
   int node = Add(object ? JSON_OBJECT : JSON_ARRAY, key);
   m_at++;
   Blanks();
   if(Take(ending))
     {
      m_nodes[node].to = m_at;
      return(node);
     }
   int last = -1;
   while(true)
     {
      string name = "";
      Blanks();
      if(object)
        {
         if(Here() != '"' || !String(name))
            return(-1);
         Blanks();
         if(!Take(':'))
            return(-1);
        }
      int child = Value(name, depth + 1);
      if(child < 0)
         return(-1);
      if(last < 0)
         m_nodes[node].first = child;
      else
         m_nodes[last].next = child;
      last = child;
      Blanks();
      if(Take(','))
         continue;
      if(!Take(ending))
         return(-1);
      m_nodes[node].to = m_at;
      return(node);
     }
   return(-1);
  }

bool CJsonReader::String(string &value)
  {
   m_at++;
   value = "";
   int from = m_at;
   while(m_at < m_length)
     {
      ushort c = Here();
      if(c < 32)
         return(false);
      if(c == '"')
        {
         if(m_at > from)
            value += StringSubstr(m_text, from, m_at - from);
         m_at++;
         return(true);
        }
      if(c != '\\')
        {
         m_at++;
         continue;
        }
      if(m_at > from)
         value += StringSubstr(m_text, from, m_at - from);
      if(!Escape(value))
         return(false);
      from = m_at;
     }
   return(false);
  }

bool CJsonReader::Escape(string &value)
  {
   m_at++;
   ushort c = Here();
   m_at++;
   if(c == 'u')
     {
      int code = 0;
      for(int i = 0; i < 4; i++)
        {
         int digit = HexDigit(Here());
         if(digit < 0)
            return(false);
         code = code * 16 + digit;
         m_at++;
        }
      value += ShortToString((ushort)code);
      return(true);
     }
   string plain = "\"\\/";
   if(c != 0 && StringFind(plain, ShortToString(c)) >= 0)
      value += ShortToString(c);
   else
      if(c == 'n')
         value += "\n";
      else
         if(c == 'r')
            value += "\r";
         else
            if(c == 't')
               value += "\t";
            else
               if(c == 'b' || c == 'f')
                  value += " ";
               else
                  return(false);
   return(true);
  }

bool CJsonReader::Digits(void)
  {
   int from = m_at;
   while(Here() >= '0' && Here() <= '9')
      m_at++;
   return(m_at > from);
  }

bool CJsonReader::Number(string &value)
  {
   int from = m_at;
   Take('-');
   if(!Digits())
      return(false);
   if(Take('.') && !Digits())
      return(false);
   if(Take('e') || Take('E'))
     {
      if(!Take('+'))
         Take('-');
      if(!Digits())
         return(false);
     }
   value = StringSubstr(m_text, from, m_at - from);
   return(true);
  }

bool CJsonReader::Word(string word)
  {
   if(StringSubstr(m_text, m_at, StringLen(word)) != word)
      return(false);
   m_at += StringLen(word);
   return(true);
  }

// Writes an object, member by member, in the order of the calls.
class CJsonObject
  {
private:
   string            m_body;

public:
                     CJsonObject(void) { m_body = ""; }
   void              Raw(string key, string json);
   void              Text(string key, string value) { Raw(key, Quoted(value)); }
   void              Integer(string key, long value) { Raw(key, LongText(value)); }
   void              Number(string key, double value) { Raw(key, NumberText(value)); }
   void              Flag(string key, bool value) { Raw(key, FlagText(value)); }
   string            Done(void) const { return("{" + m_body + "}"); }
   string            Body(void) const { return(m_body); }
  };

void CJsonObject::Raw(string key, string json)
  {
   if(m_body != "")
      m_body += ",";
   m_body += "\"" + key + "\":" + json;
  }
#endif

//+------------------------------------------------------------------+
//| Index.mqh - texts to numbers, however many there are             |
//+------------------------------------------------------------------+
#ifndef ECHO_INDEX_MQH
#define ECHO_INDEX_MQH

#define INDEX_SLOTS_MIN 64

// Open addressing; a removed key leaves its slot occupied until the next growth.
class CIndex
  {
private:
   string            m_keys[];
   long              m_values[];
   int               m_slots[];
   int               m_used;
   int               m_count;

   int               Slot(string key) const;
   void              Grow(void);

public:
                     CIndex(void);
   void              Clear(void);
   bool              Has(string key) const;
   long              Get(string key, long otherwise) const;
   void              Set(string key, long value);
   void              Remove(string key);
   int               Count(void) const { return(m_count); }
   int               Keys(string &keys[]) const;
  };

CIndex::CIndex(void)
  {
   Clear();
  }

void CIndex::Clear(void)
  {
   ArrayResize(m_keys, 0);
   ArrayResize(m_values, 0);
   ArrayResize(m_slots, INDEX_SLOTS_MIN);
   ArrayInitialize(m_slots, 0);
   m_used = 0;
   m_count = 0;
  }

// FNV-1a over the characters; the slot holds 1 + the entry's number, 0 = free.
int CIndex::Slot(string key) const
  {
   uint hash = 2166136261;
   int length = StringLen(key);
   for(int i = 0; i < length; i++)
     {
      hash ^= (uint)StringGetCharacter(key, i);
      hash *= 16777619;
     }
   uint slots = (uint)ArraySize(m_slots);
   int slot = (int)(hash % slots);
   while(m_slots[slot] != 0 && m_keys[m_slots[slot] - 1] != key)
      slot = (int)(((uint)slot + 1) % slots);
   return(slot);
  }

bool CIndex::Has(string key) const
  {
   int entry = m_slots[Slot(key)];
   return(entry > 0 && m_values[entry - 1] != LONG_MIN);
  }

long CIndex::Get(string key, long otherwise) const
  {
   int entry = m_slots[Slot(key)];
   return(entry > 0 && m_values[entry - 1] != LONG_MIN ? m_values[entry - 1] : otherwise);
  }

void CIndex::Set(string key, long value)
  {
   int slot = Slot(key);
   if(m_slots[slot] == 0)
     {
      ArrayResize(m_keys, m_used + 1, 256);
      ArrayResize(m_values, m_used + 1, 256);
      m_keys[m_used] = key;
      m_values[m_used] = LONG_MIN;
      m_used++;
      m_slots[slot] = m_used;
     }
   int entry = m_slots[slot] - 1;
   if(m_values[entry] == LONG_MIN)
      m_count++;
   m_values[entry] = value;
   if(m_used * 2 > ArraySize(m_slots))
      Grow();
  }

void CIndex::Remove(string key)
  {
   int entry = m_slots[Slot(key)];
   if(entry == 0 || m_values[entry - 1] == LONG_MIN)
      return;
   m_values[entry - 1] = LONG_MIN;
   m_count--;
  }

// The keys in the order in which they came first.
int CIndex::Keys(string &keys[]) const
  {
   ArrayResize(keys, m_count);
   int found = 0;
   for(int i = 0; i < m_used; i++)
      if(m_values[i] != LONG_MIN)
        {
         keys[found] = m_keys[i];
         found++;
        }
   return(found);
  }

void CIndex::Grow(void)
  {
   int kept = 0;
   for(int i = 0; i < m_used; i++)
      if(m_values[i] != LONG_MIN)
        {
         m_keys[kept] = m_keys[i];
         m_values[kept] = m_values[i];
         kept++;
        }
   m_used = kept;
   ArrayResize(m_keys, kept, 256);
   ArrayResize(m_values, kept, 256);
   int slots = INDEX_SLOTS_MIN;
   while(slots < kept * 4)
      slots *= 2;
   ArrayResize(m_slots, slots);
   ArrayInitialize(m_slots, 0);
   for(int i = 0; i < m_used; i++)
      m_slots[Slot(m_keys[i])] = i + 1;
  }
#endif

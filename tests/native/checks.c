/* Checks the DLL from the outside, with a pipe server of its own: `checks.exe echo_pipe.dll`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

#define PIPE L"\\\\.\\pipe\\echo_checks"

static int(__stdcall *Version)(void);
static int(__stdcall *Open)(const wchar_t *);
static int(__stdcall *Write)(int, const wchar_t *);
static int(__stdcall *Read)(int, wchar_t *, int);
static int(__stdcall *Close)(int);
static int(__stdcall *Flush)(int, int);
static int(__stdcall *LastError)(int);
static int(__stdcall *Wake)(int, long long, int);
static long long(__stdcall *NowMs)(void);
static long long(__stdcall *MonotonicMs)(void);
static int(__stdcall *Sha256)(const wchar_t *, unsigned char *);
static INT_PTR(__stdcall *LegacyConnect)(const wchar_t *);
static int(__stdcall *LegacyWriteW)(INT_PTR, const wchar_t *);
static int(__stdcall *LegacyWrite)(INT_PTR, const char *);
static int(__stdcall *LegacyRead)(INT_PTR, char *, int);
static void(__stdcall *LegacyClose)(INT_PTR);

static int failures;
static wchar_t line[1 << 18];
static HANDLE ready;
static volatile int what; /* 0 echo, 1 mute, 2 gone after one line, 3 bad text, 4 many lines */

static void check(int good, const char *name, int result, int error)
{
    printf("%s %s (%d, %d)\n", good ? "ok  " : "FAIL", name, result, error);
    fflush(stdout);
    failures += !good;
}

static DWORD WINAPI serve(LPVOID unused)
{
    static char bytes[1 << 20];
    HANDLE pipe = CreateNamedPipeW(PIPE, PIPE_ACCESS_DUPLEX | FILE_FLAG_FIRST_PIPE_INSTANCE,
                                   PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT, 1, 65536, 65536, 0, NULL);
    DWORD count, written;
    int i;
    (void)unused;
    SetEvent(ready);
    for (;;) {
        if (!ConnectNamedPipe(pipe, NULL) && GetLastError() != ERROR_PIPE_CONNECTED)
            return 1;
        if (what == 1)
            Sleep(1500);
        if (what == 3)
            WriteFile(pipe, "\xff\xfe!\nok\r\n\n", 9, &written, NULL);
        if (what == 4)
            for (i = 0; i < 5000; i++) {
                int n = sprintf(bytes, "line %d\n", i);
                WriteFile(pipe, bytes, (DWORD)n, &written, NULL);
            }
        while (what != 1 && ReadFile(pipe, bytes, sizeof bytes, &count, NULL) && count) {
            WriteFile(pipe, bytes, count, &written, NULL);
            if (what == 2)
                break;
        }
        FlushFileBuffers(pipe);
        DisconnectNamedPipe(pipe);
    }
}

static int reads(int slot, int ms)
{
    ULONGLONG begun = GetTickCount64();
    for (;;) {
        int n = Read(slot, line, 1 << 18);
        if (n || GetTickCount64() - begun > (ULONGLONG)ms)
            return n;
        Sleep(0);
    }
}

static int opens(int mode)
{
    int i, slot = -1;
    what = mode;
    for (i = 0; i < 200 && slot <= 0; i++) {
        slot = Open(L"echo_checks");
        if (slot <= 0)
            Sleep(10);
    }
    return slot;
}

static void load(HMODULE dll)
{
#define TAKE(variable, name) *(FARPROC *)&variable = GetProcAddress(dll, name)
    TAKE(Version, "EchoPipeVersion"), TAKE(Open, "EchoOpen"), TAKE(Write, "EchoWrite");
    TAKE(Read, "EchoRead"), TAKE(Close, "EchoClose"), TAKE(Flush, "EchoFlush");
    TAKE(LastError, "EchoLastError"), TAKE(NowMs, "EchoNowMs"), TAKE(Sha256, "EchoSha256");
    TAKE(Wake, "EchoWake"), TAKE(MonotonicMs, "EchoMonotonicMs"), TAKE(LegacyConnect, "ConnectPipe");
    TAKE(LegacyWriteW, "WritePipeW"), TAKE(LegacyWrite, "WritePipe");
    TAKE(LegacyRead, "ReadPipeLine"), TAKE(LegacyClose, "ClosePipe");
}

static void check_echo(void)
{
    static wchar_t big[65537];
    wchar_t lone[] = {0xd800, L'x', 0}, small[8];
    int slot, n, i;
    slot = Open(L"echo_nowhere");
    check(slot == -1 && LastError(0) == ERROR_FILE_NOT_FOUND, "no pipe", slot, LastError(0));
    slot = opens(0);
    check(slot == 1, "open", slot, LastError(0));
    n = Open(L"echo_checks");
    check(n == -1 && LastError(0) == ERROR_PIPE_BUSY, "busy, and no waiting", n, LastError(0));
    n = Read(slot, line, 100);
    check(n == 0, "nothing to read", n, LastError(slot));
    Write(slot, L"hello");
    n = reads(slot, 3000);
    check(n == 5 && !lstrcmpW(line, L"hello"), "there and back", n, LastError(slot));
    Write(slot, L"\x00f1 \x20ac \xd83d\xde00");
    n = reads(slot, 3000);
    check(!lstrcmpW(line, L"\x00f1 \x20ac \xd83d\xde00"), "Unicode", n, LastError(slot));
    n = Write(slot, lone);
    check(n == -1003, "half a character", n, LastError(slot));
    for (i = 0; i < 65536; i++)
        big[i] = (wchar_t)(L'a' + i % 26);
    n = Write(slot, big);
    check(n == 65537, "64 KiB out", n, LastError(slot));
    n = reads(slot, 5000);
    check(n == 65536 && !memcmp(line, big, 65536 * 2), "64 KiB back", n, LastError(slot));
    Write(slot, L"longer than it");
    Sleep(300);
    n = Read(slot, small, 8);
    check(n == -1001, "a buffer too small", n, LastError(slot));
    n = reads(slot, 1000);
    check(n == 14, "and the line is kept", n, LastError(slot));
    check(Flush(slot, 1) == 1 && Write(slot, L"flushed") > 0 && reads(slot, 3000) == 7, "flushed", 0, 0);
    check(Close(slot) == 1 && Close(slot) == 0, "closed once", 0, 0);
    check(Write(slot, L"x") == -1000 && Read(slot, line, 9) == -1000, "no such slot", 0, 0);
}

static void check_trouble(void)
{
    static wchar_t big[60001];
    int slot, n, i;
    ULONGLONG begun, worst = 0;
    slot = opens(3);
    n = reads(slot, 3000);
    check(n == -1003, "bytes that are no text", n, LastError(slot));
    n = reads(slot, 3000);
    check(n == 2 && !lstrcmpW(line, L"ok"), "the line behind them, without its CR", n, LastError(slot));
    Close(slot);
    slot = opens(4);
    for (i = 0; i < 5000; i++) {
        wchar_t wanted[32];
        n = reads(slot, 5000);
        wsprintfW(wanted, L"line %d", i);
        if (n <= 0 || lstrcmpW(line, wanted))
            break;
    }
    check(i == 5000, "5000 lines in order", i, LastError(slot));
    Close(slot);
    slot = opens(2);
    Write(slot, L"last words");
    n = reads(slot, 3000);
    check(n == 10, "last words", n, LastError(slot));
    n = reads(slot, 3000);
    check(n == -1004, "the server has gone: read", n, LastError(slot));
    n = Write(slot, L"x");
    check(n == -1004, "the server has gone: write", n, LastError(slot));
    Close(slot);
    slot = opens(1);
    for (i = 0; i < 60000; i++)
        big[i] = L'z';
    for (i = 0; i < 40; i++) {
        begun = GetTickCount64();
        n = Write(slot, big);
        if (GetTickCount64() - begun > worst)
            worst = GetTickCount64() - begun;
        if (n < 0)
            break;
    }
    check(n == -1005 && worst < 1500, "a server that does not read", n, (int)worst);
    Close(slot);
}

/* A window that stands in for the chart: the keys that are pressed on it, until it is quiet. */
static int keys_pressed(int key, int ms)
{
    ULONGLONG until = GetTickCount64() + (ULONGLONG)ms;
    int pressed = 0;
    MSG message;
    while (GetTickCount64() < until) {
        while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE))
            pressed += message.message == WM_KEYDOWN && message.wParam == (WPARAM)key;
        if (pressed)
            break;
        MsgWaitForMultipleObjects(0, NULL, FALSE, 10, QS_ALLINPUT);
    }
    return pressed;
}

static void check_wake(void)
{
    HWND chart = CreateWindowW(L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    long long window = (long long)(INT_PTR)chart;
    int slot = opens(0), n;
    check(chart != NULL && Wake(slot, 0, 0xE8) == 0, "no window, no key", 0, 0);
    check(Wake(slot, window, 0xE8) == 1 && Wake(slot, window, 0xE8) == 0, "asked to wake the chart, once", 0, 0);
    n = keys_pressed(0xE8, 200);
    check(n == 0, "nothing arrives, no key is pressed", n, 0);
    Write(slot, L"one");
    n = keys_pressed(0xE8, 3000);
    check(n == 1, "a line arrives, a key is pressed", n, 0);
    n = keys_pressed(0xE8, 200);
    check(n == 0, "once, until it has been read", n, 0);
    check(reads(slot, 1000) == 3, "and the line is there", 0, 0);
    Write(slot, L"two");
    n = keys_pressed(0xE8, 3000);
    check(n == 1 && reads(slot, 1000) == 3, "the next line, again", n, 0);
    Close(slot);
    check(keys_pressed(0xE8, 200) == 0 && Wake(slot, window, 0xE8) == -1000, "closed, and quiet", 0, 0);
    DestroyWindow(chart);
}

static void check_legacy(void)
{
    char bytes[64];
    INT_PTR handle = -1;
    int n = 0, i;
    what = 0;
    for (i = 0; i < 200 && handle < 0; i++) {
        handle = LegacyConnect(PIPE);
        if (handle < 0)
            Sleep(10);
    }
    check(handle > 0, "legacy: connect", (int)handle, LastError(0));
    check(LegacyWriteW(handle, L"\x00f1\n") == 3, "legacy: bytes written, the line feed is the caller's", 0, 0);
    for (i = 0; i < 300 && n == 0; i++, Sleep(10))
        n = LegacyRead(handle, bytes, sizeof bytes);
    check(n == 3 && !strcmp(bytes, "\xc3\xb1\n"), "legacy: the line feed stays", n, 0);
    LegacyWrite(handle, "0123456789\n");
    for (i = 0, n = 0; i < 300 && n == 0; i++, Sleep(10))
        n = LegacyRead(handle, bytes, 5);
    check(n == 4 && !strcmp(bytes, "0123"), "legacy: a long line in pieces", n, 0);
    LegacyClose(handle);
    check(LegacyWrite(handle, "x") == -1, "legacy: closed", 0, 0);
}

int main(int argc, char **argv)
{
    static const unsigned char abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea};
    unsigned char digest[32];
    HMODULE dll = LoadLibraryA(argc > 1 ? argv[1] : "echo_pipe.dll");
    long long mono;
    if (!dll) {
        printf("FAIL load (%lu)\n", GetLastError());
        return 99;
    }
    load(dll);
    ready = CreateEventW(NULL, TRUE, FALSE, NULL);
    CreateThread(NULL, 0, serve, NULL, 0, NULL);
    WaitForSingleObject(ready, 5000);
    check(Version() == 2, "version", Version(), (int)sizeof(void *) * 8);
    check(Sha256(L"abc", digest) == 32 && !memcmp(digest, abc, 8), "SHA-256", 0, 0);
    mono = MonotonicMs();
    check(NowMs() > 1600000000000LL && MonotonicMs() >= mono, "clocks", 0, 0);
    check_echo();
    check_trouble();
    check_wake();
    check_legacy();
    printf("%d failures\n", failures);
    fflush(stdout);
    TerminateProcess(GetCurrentProcess(), (UINT)failures);
    return failures;
}

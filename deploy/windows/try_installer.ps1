# Installs Echo on this Windows without a window, looks at what only a real Windows can show, and
# takes it away again.  Run as administrator, where build/installer/out holds the installer.
# The release workflow runs it; so may anybody, on a machine that can be thrown away.

$ErrorActionPreference = "Stop"
$name = "EchoAgent"
$data = Join-Path $env:ProgramData "Echo"
$echoctl = Join-Path $env:ProgramFiles "Echo\echoctl.exe"
$setup = (Get-Item "build/installer/out/echo-agent-*-setup.exe").FullName

function Check([bool] $good, [string] $what) {
    if (-not $good) { throw "FAIL $what" }
    Write-Output "ok   $what"
}

function Within([int] $seconds, [scriptblock] $holds) {
    $until = (Get-Date).AddSeconds($seconds)
    while ((Get-Date) -lt $until) {
        if (& $holds) { return $true }
        Start-Sleep -Milliseconds 200
    }
    return $false
}

function Process-Id() { (Get-CimInstance Win32_Service -Filter "Name='$name'").ProcessId }

# Without accounts in its settings nothing runs yet.
$ran = Start-Process $setup -ArgumentList "/S" -Wait -PassThru
Check ($ran.ExitCode -eq 3) "installed, the settings name no account yet"

@'
[agent]
slave_accounts = ["200"]

[endpoints]
core_addr = "127.0.0.1:9"
'@ | Set-Content -Encoding ascii (Join-Path $data "echo.toml")
$ran = Start-Process $setup -ArgumentList "/S" -Wait -PassThru
Check ($ran.ExitCode -eq 0) "installed with settings"
Check ((Get-Service $name).Status -eq "Running") "the service runs"

$service = Get-CimInstance Win32_Service -Filter "Name='$name'"
Check ($service.StartName -eq "NT SERVICE\$name") "as an account of its own"
Check ((sc.exe qfailure $name | Out-String) -match "RESTART") "Windows restarts it when it fails"
Check ((sc.exe qsidtype $name | Out-String) -match "UNRESTRICTED") "its SID is in its token"

$rights = (Get-Acl (Join-Path $data "agent")).Access.IdentityReference.Value
Check ($rights -notcontains "BUILTIN\Users") "its folder is nobody else's"
Check ($rights -contains "NT SERVICE\$name") "its folder is its own"

$events = Get-WinEvent -FilterHashtable @{ LogName = "Application"; ProviderName = $name }
Check (($events.Message -join "`n") -match "is ready") "the event log says that it is ready"

$before = Process-Id
Stop-Process -Id $before -Force
Check (Within 20 { $now = Process-Id; $now -and $now -ne $before }) "killed, it comes back"
Check (Within 20 { (Get-Service $name).Status -eq "Running" }) "and runs"

$took = Measure-Command { & $echoctl agent stop }
Check ((Get-Service $name).Status -eq "Stopped") "it stops"
Check ($took.TotalSeconds -lt 7) "within $([math]::Round($took.TotalSeconds, 1)) s"

$uninstall = Join-Path $env:ProgramFiles "Echo\uninstall.exe"
Start-Process $uninstall -ArgumentList "/S" -Wait
Check (Within 30 { -not (Get-Service $name -ErrorAction SilentlyContinue) }) "taken away"
Check (Test-Path (Join-Path $data "agent\var\agent\ledger.sqlite")) "its ledger stays"

#requires -Version 7.6
<#
.SYNOPSIS
The script of somebody who listens: actions, engine events and waits in one PowerShell. PwshListener starts it and talks to it by files.
.PARAMETER Folder
Where setup.json is and where the results go. The file starve starves the thread pool, the file stop names the last call.
#>
param([string] $Folder)

$ErrorActionPreference = 'Stop'
$setup = Get-Content -LiteralPath "$Folder/setup.json" -Raw | ConvertFrom-Json
Import-Module $setup.Module
(Add-Type -PassThru -TypeDefinition @'
using System;
using System.Diagnostics;
using System.IO;
using System.Management.Automation;
using System.Threading;

// Around a cmdlet in a pipeline it takes the time of that cmdlet alone, without what PowerShell does between two statements.
[Cmdlet(VerbsLifecycle.Start, "PbxClock")]
public sealed class StartPbxClock : PSCmdlet
{
    public static long StartedAt;

    [Parameter(ValueFromPipeline = true)]
    public object InputObject { get; set; }

    protected override void ProcessRecord() => WriteObject(InputObject);

    protected override void EndProcessing() => StartedAt = Stopwatch.GetTimestamp();
}

[Cmdlet(VerbsLifecycle.Stop, "PbxClock")]
public sealed class StopPbxClock : PSCmdlet
{
    public static double Milliseconds;

    [Parameter(ValueFromPipeline = true)]
    public object InputObject { get; set; }

    protected override void ProcessRecord() => throw new InvalidOperationException("Something was found: " + InputObject);

    protected override void EndProcessing() => Milliseconds = Stopwatch.GetElapsedTime(StartPbxClock.StartedAt).TotalMilliseconds;
}

// Looks at the folder and at the clock on a thread of its own, which neither the pipeline nor the pool can hold up.
public static class PbxProbe
{
    // A sleep on an idle machine is no longer than this over its time.
    private const long TimerSlack = 3;

    private static long _stall;
    private static long _delay;

    public static volatile bool IsStopping;

    public static void Start(string folder) => new Thread(() =>
    {
        while (true)
        {
            var before = Stopwatch.GetTimestamp();
            Thread.Sleep(20);
            var over = (long)Stopwatch.GetElapsedTime(before).TotalMilliseconds - 20;
            if (over > TimerSlack) Interlocked.Add(ref _stall, over);
            if (File.Exists(folder + "/starve"))
            {
                File.Delete(folder + "/starve");
                Starve();
            }
            if (!IsStopping) IsStopping = File.Exists(folder + "/stop");
        }
    }) { IsBackground = true }.Start();

    // How long in all since the last call the calling thread, or all of the process, got no processor, in milliseconds.
    public static long TakeStall()
    {
        var delay = RunDelay();
        var own = delay - _delay;
        _delay = delay;
        return Math.Max(own, Interlocked.Exchange(ref _stall, 0));
    }

    // Linux counts how long a thread that could run had to wait for a processor; it is the second number, in nanoseconds.
    private static long RunDelay()
    {
        const string path = "/proc/thread-self/schedstat";
        return File.Exists(path) ? long.Parse(File.ReadAllText(path).Split(' ')[1]) / 1000000 : 0;
    }

    // Every thread that the pool has or gets sleeps, for some seconds.
    private static void Starve()
    {
        for (var i = 0; i < 200; i++)
            ThreadPool.QueueUserWorkItem(_ => Thread.Sleep(1500));
    }
}
'@).Assembly | Select-Object -First 1 | Import-Module

function Protect-Text([string] $Text) {
    [System.Net.NetworkCredential]::new('', $Text).SecurePassword
}

$connect = @{ Provider = $setup.Provider; Server = $setup.Server; BufferSize = 200000; Timeout = 60 }
if ($setup.Domain) { $connect.Domain = $setup.Domain }
if ($setup.ClientId) { $connect.ClientCredential = [pscredential]::new($setup.ClientId, (Protect-Text $setup.ClientSecret)) }
if ($setup.Jwt) { $connect.Jwt = Protect-Text $setup.Jwt }
elseif ($setup.UserName) { $connect.Credential = [pscredential]::new($setup.UserName, (Protect-Text $setup.Password)) }
$connection = Connect-PbxEvents @connect

$global:Raised = [System.Collections.Generic.List[object]]::new()
$global:Acted = [System.Collections.Generic.List[long]]::new()
$global:ReaderGaps = 0
$global:SlowEvery = $setup.SlowEvery
$global:SlowMilliseconds = $setup.SlowMilliseconds
$waited = [System.Collections.Generic.List[long]]::new()
$calls = [System.Collections.Generic.List[string]]::new()
$late = [System.Collections.Generic.List[double]]::new()
$seenLate = [System.Collections.Generic.List[double]]::new()
$null = Register-EngineEvent PbxEvents.Event -Action { $global:Raised.Add($EventArgs.Event) }
$null = Register-EngineEvent PbxEvents.Gap -Action { if (-not $EventArgs.Event) { $global:ReaderGaps++ } }
$act = {
    $global:Acted.Add($_.Sequence)
    if ($global:SlowEvery -and $global:Acted.Count % $global:SlowEvery -eq 0) { [System.Threading.Thread]::Sleep($global:SlowMilliseconds) }
}
$filter = @{}
if ($setup.Extension) { $filter.Extension = $setup.Extension }
$subscriptions = @(Register-PbxSubscription Call @filter -Action $act)
if ($setup.Queue) { $subscriptions += Register-PbxSubscription Queue -Queue $setup.Queue }
[PbxProbe]::Start($Folder)

# A wait that finds nothing: how much later than asked it comes back, beside what the machine itself was late; and the same as
# the script sees it, with the turns that actions have at PowerShell's own checkpoints before and after.
function Measure-Timeout([scriptblock] $Wait) {
    $null = [PbxProbe]::TakeStall()
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    & $Wait
    $seenLate.Add($watch.Elapsed.TotalMilliseconds - 500)
    $late.Add([StopPbxClock]::Milliseconds - 500 - [PbxProbe]::TakeStall())
}

function Read-Next {
    if ($setup.Waits) {
        foreach ($i in 1..20) {
            $found = Wait-PbxEvent Call -Timeout 0.2 -WarningAction Ignore
            if (-not $found) { break }
            $waited.Add($found.Sequence)
        }
        $call = Wait-PbxCall -State Ended -Timeout 0.02 -WarningAction Ignore
        if ($call) { $calls.Add($call.CallId) }
    }
    else {
        Measure-Timeout { $connection | Start-PbxClock | Wait-PbxEvent -From nobody -Timeout 0.5 | Stop-PbxClock }
        Measure-Timeout { $connection | Start-PbxClock | Wait-PbxCall -Call nothing -Timeout 0.5 | Stop-PbxClock }
    }
}

# The first wait of each kind compiles what it runs, which takes as long as the machine is busy.
if (-not $setup.Waits) { Read-Next }
$late.Clear()
$seenLate.Clear()
$null = New-Item -Path "$Folder/ready"

$isWarm = $false
while (-not [PbxProbe]::IsStopping) {
    Read-Next

    # So do the first actions, within a wait.
    if (-not $isWarm -and $Acted.Count -gt 0 -and $Raised.Count -gt 0) {
        $isWarm = $true
        $late.Clear()
        $seenLate.Clear()
    }
}

# The last call is through: every reader has to come as far as its last event.
$patience = [System.Diagnostics.Stopwatch]::StartNew()
$id = (Get-Content -LiteralPath "$Folder/stop" -Raw).Trim()
while ((Get-PbxCall -Call $id).State -ne 'Ended' -and $patience.Elapsed.TotalSeconds -lt $setup.Patience) { Read-Next }
$last = (Get-PbxEvent Call | Where-Object CallId -EQ $id | Select-Object -Last 1).Sequence
while ($patience.Elapsed.TotalSeconds -lt $setup.Patience -and (
        $Raised.Count -eq 0 -or $Raised[-1].Sequence -lt $last -or $Acted.Count -eq 0 -or $Acted[-1] -lt $last -or
        ($setup.Waits -and ($waited.Count -eq 0 -or $waited[-1] -lt $last)))) { Read-Next }

# Call records may tell more behind it. All lists are taken in one statement, as actions run between two, and when they have come equally far.
$own = $subscriptions[0].Filter
do {
    Read-Next
    $all, $done, $read = $Raised.ToArray(), $Acted.ToArray(), $waited.ToArray()
    $isEven = $done.Count -eq $all.Where({ $own.Matches($_) }).Count -and
        (-not $setup.Waits -or $read.Count -eq $all.Where({ $_.Category -eq 'Call' }).Count)
} until ($isEven -or $patience.Elapsed.TotalSeconds -ge $setup.Patience)

$writer = [System.IO.StreamWriter]::new("$Folder/raised.jsonl")
foreach ($e in $all) {
    $line = @{ Sequence = $e.Sequence; Received = $e.ReceivedAt.UtcTicks; Category = "$($e.Category)"; Name = $e.Name; CallId = $e.CallId; IsMine = $own.Matches($e); Synthesized = $e.Synthesized }
    if ($setup.Waits) { $line.Raw = $e.Raw }
    if ($e.Gap) {
        $line.Gap = @{ From = $e.Gap.From.UtcTicks; To = $e.Gap.To.UtcTicks; Recovery = "$($e.Gap.Recovery)"; Reason = "$($e.Gap.Reason)"; EventsLost = $e.Gap.EventsLost }
    }
    $writer.WriteLine(($line | ConvertTo-Json -Compress))
}
$writer.Dispose()
@{
    Last = $last; Acted = $done; Waited = $read; Calls = $calls; Late = $late; SeenLate = $seenLate; ReaderGaps = $ReaderGaps + $subscriptions[0].Gaps.Count
    Failures = $subscriptions[0].Failures; Reconnects = $connection.ReconnectCount; State = "$($connection.State)"
} | ConvertTo-Json -Compress | Set-Content -LiteralPath "$Folder/result.json"
Disconnect-PbxEvents -Confirm:$false

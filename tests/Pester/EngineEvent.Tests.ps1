#requires -Version 7.6
BeforeAll {
    . $PSScriptRoot/Support.ps1
    Add-Type -TypeDefinition @'
using System;
using System.Threading;

// How long a work item waits in the process's thread pool at worst.
public static class PbxPoolProbe
{
    private static volatile bool _stop;

    public static long Worst;

    public static void Start()
    {
        Worst = 0;
        _stop = false;
        new Thread(Run) { IsBackground = true }.Start();
    }

    public static void Stop() => _stop = true;

    private static void Run()
    {
        while (!_stop)
        {
            var asked = Environment.TickCount64;
            using var done = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(_ => done.Set(), null);
            done.Wait();
            Worst = Math.Max(Worst, Environment.TickCount64 - asked);
            Thread.Sleep(20);
        }
    }
}
'@
}

Describe 'A backlog of plain engine events' {
    BeforeAll {
        $script:bench = Connect-Bench
        $global:PbxSeen = [System.Collections.Generic.List[long]]::new()
        $null = Register-EngineEvent PbxEvents.Event -Action {
            $global:PbxSeen.Add($EventArgs.Event.Sequence)
            [System.Threading.Thread]::Sleep(5)
        }
        # 1800 events at once: nine seconds of work for the action.
        $null = Invoke-PbxSimulation Answered -Count 300 -Pace 0 -Interval 1 -NoWait
    }

    AfterAll {
        [PbxPoolProbe]::Stop()
        Unregister-Event PbxEvents.Event
        Close-Bench
        Get-Event | Remove-Event
        Remove-Variable PbxSeen -Scope Global
    }

    It 'leaves the thread pool to the sockets, and the link stands' {
        [PbxPoolProbe]::Start()
        $null = Wait-PbxEvent -Name nothing -Timeout 3
        [PbxPoolProbe]::Stop()
        # 32 checkpoints in a row put 32 sleeping work items into the pool: a work item waited for seconds then.
        [PbxPoolProbe]::Worst | Should -BeLessThan 1000
        $bench.Connection.ReconnectCount | Should -Be 0
        $bench.Connection.State | Should -Be Connected
        $PbxSeen.Count | Should -BeGreaterThan 50
    }

    It 'does not hold up a deadline' {
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $null = Wait-PbxEvent -Name nothing -Timeout 1
        $watch.ElapsedMilliseconds | Should -BeLessThan 2000
    }

    It 'does not hold up what is waited for' {
        $call = Invoke-PbxSimulation Missed
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        (Wait-PbxCall -Call $call.CallId -State Ended -Timeout 30).Outcome | Should -Be Missed
        $watch.ElapsedMilliseconds | Should -BeLessThan 2000
    }

    It 'is handled in order, none twice' {
        $seen = $PbxSeen.ToArray()
        ($seen | Sort-Object -Unique) -join ',' | Should -Be ($seen -join ',')
    }
}

Describe 'Engine events' {
    BeforeAll {
        $script:bench = Connect-Bench
    }

    AfterAll {
        Get-EventSubscriber | Unregister-Event
        Close-Bench
        # What was on its way while its listener went.
        Get-Event | Remove-Event
    }

    It 'go on after a script has unregistered every event, with ours among them' {
        $global:PbxCount = 0
        $null = Register-EngineEvent PbxEvents.Call.Missed -Action { $global:PbxCount++ }
        $null = Invoke-PbxSimulation Missed
        $null = Wait-PbxEvent -Name nothing -Timeout 0.5
        Get-EventSubscriber -Force | Where-Object SourceIdentifier -Like 'PbxEvents.Passed.*' | Unregister-Event -Force
        1..3 | ForEach-Object { $null = Invoke-PbxSimulation Missed }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        while ($PbxCount -lt 4 -and $watch.Elapsed.TotalSeconds -lt 20) {
            $null = Wait-PbxEvent -Name nothing -Timeout 0.2
        }
        $PbxCount | Should -Be 4
        Remove-Variable PbxCount -Scope Global
    }
}

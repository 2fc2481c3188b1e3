BeforeAll {
    . $PSScriptRoot/Support.ps1

    # The sockets of this process that lead to a server, or wait for clients, on loopback.
    function Get-SocketCount {
        param([int] $Port)

        $network = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
        $open = $network.GetActiveTcpConnections() | Where-Object State -EQ 'Established'
        $ends = @($open.LocalEndPoint.Port) + @($open.RemoteEndPoint.Port) + @($network.GetActiveTcpListeners().Port)
        @($ends -eq $Port).Count
    }
}

Describe 'Runspaces' {
    BeforeEach {
        $bench = Connect-Bench -Connection @{ Name = 'here' }
    }

    AfterEach {
        Close-Bench
    }

    It 'do not see each other''s connections' {
        $shell = Open-Shell
        Invoke-Shell $shell 'Get-PbxConnection' | Should -BeNullOrEmpty
        { Invoke-Shell $shell 'Get-PbxEvent -ErrorAction Stop' } | Should -Throw '*no connection*'
        Close-Shell $shell
    }

    It 'can use the same name, each for its own connection' {
        $shell = Open-Shell
        $name = Invoke-Shell $shell 'param($s) ($s | Connect-PbxEvents -Name here).Name' $bench.Simulator
        $name | Should -Be 'here'
        $bench.Simulator.LinkCount | Should -Be 2
        Close-Shell $shell
        $bench.Connection.State | Should -Be 'Connected'
    }

    It 'can share a connection that is handed over, each with its own places' {
        $shell = Open-Shell
        $null = Invoke-PbxSimulation Missed -Pace 0
        $wait = 'param($c, $t) (Wait-PbxCall -Outcome Missed -Connection $c -Timeout $t).CallId'
        $there = Invoke-Shell $shell $wait $bench.Connection, $Patience
        $here = (Wait-PbxCall -Outcome Missed -Timeout $Patience).CallId
        $there | Should -Be $here
        Close-Shell $shell
        $bench.Connection.State | Should -Be 'Connected' -Because 'it belongs to the other runspace'
    }

    It 'work in ForEach-Object -Parallel' {
        $states = 1..4 | ForEach-Object -Parallel {
            Import-Module $using:ModulePath
            $connection = $using:bench.Simulator | Connect-PbxEvents
            "$($connection.Name) $($connection.State)"
            Disconnect-PbxEvents
        } -ThrottleLimit 4
        $states | Should -Be (@('TelecomX-1 Connected') * 4)
        Wait-Until { $bench.Simulator.LinkCount -eq 1 }
    }

    It 'close their connections when they are closed' {
        $shell = Open-Shell
        $connection = Invoke-Shell $shell 'param($s) $s | Connect-PbxEvents' $bench.Simulator
        $bench.Simulator.LinkCount | Should -Be 2
        Close-Shell $shell
        Wait-Until { $bench.Simulator.LinkCount -eq 1 }
        $connection.State | Should -Be 'Disconnected'
    }
}

Describe 'A runspace that is closed while an action waits for its turn' {
    It 'is closed at once, with actions of <_>' -ForEach 'subscriptions', 'engine events' {
        $register = $_ -eq 'subscriptions' ? 'Register-PbxSubscription Call -Action { }' :
            'Register-PbxSubscription Call; Register-EngineEvent PbxEvents.Event -Action { }'
        $stuck = 0
        foreach ($i in 1..10) {
            $shell = Open-Shell
            $simulator = Invoke-Shell $shell "`$s = Start-PbxSimulator TelecomX; `$c = `$s | Connect-PbxEvents; `$null = . { $register }; `$s"
            # The runspace is idle: what comes now waits until PowerShell looks for it by itself.
            $null = $simulator.PlayAsync('Answered', [PbxEvents.Simulator.Scenarios.ScenarioOptions]@{ Pace = [timespan]::Zero }, [System.Threading.CancellationToken]::None)
            [System.Threading.Thread]::Sleep(3 * $i)
            # Only its end is looked at, and no later than its limit: a closing that stands still would keep this thread.
            $shell.Runspace.CloseAsync()
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            while ($shell.Runspace.RunspaceStateInfo.State -ne 'Closed' -and $watch.Elapsed.TotalSeconds -lt 10) { [System.Threading.Thread]::Sleep(10) }
            if ($shell.Runspace.RunspaceStateInfo.State -ne 'Closed') { $stuck++; break }
            $shell.Dispose()
        }
        $stuck | Should -Be 0
    }
}

Describe 'Removing the module' {
    It 'closes its connections and simulators and leaves no socket' {
        $shell = Open-Shell
        $null = Invoke-Shell $shell '$s = Start-PbxSimulator TelecomX; $c = $s | Connect-PbxEvents; Register-PbxSubscription Call'
        $port = Invoke-Shell $shell '$s.Server.Port'
        Get-SocketCount $port | Should -BeGreaterThan 0
        Invoke-Shell $shell 'Remove-Module PbxEvents; $c.State' | Should -Be 'Disconnected'
        Wait-Until { (Get-SocketCount $port) -eq 0 }
        Close-Shell $shell
    }

    It 'can be followed by importing it again' {
        $shell = Open-Shell
        $null = Invoke-Shell $shell 'Start-PbxSimulator TelecomX | Connect-PbxEvents'
        $null = Invoke-Shell $shell "Remove-Module PbxEvents; Import-Module '$ModulePath'"
        Invoke-Shell $shell 'Get-PbxConnection' | Should -BeNullOrEmpty
        Invoke-Shell $shell '(Start-PbxSimulator TelecomX | Connect-PbxEvents).State' | Should -Be 'Connected'
        Invoke-Shell $shell 'Get-PbxEvent | ForEach-Object { $_.PSObject.Properties["Data"].GetType().Name }' | Should -Be 'PSCodeProperty'
        Close-Shell $shell
    }

    It 'leaves no thread behind after many connections' {
        $shell = Open-Shell
        $round = '$s = Start-PbxSimulator TelecomX; 1..10 | ForEach-Object { $null = $s | Connect-PbxEvents }'
        $round += '; Get-PbxConnection | Disconnect-PbxEvents; Stop-PbxSimulator'
        $null = Invoke-Shell $shell $round
        $before = (Get-Process -Id $PID).Threads.Count
        $null = Invoke-Shell $shell "1..5 | ForEach-Object { $round }"
        Wait-Until { (Get-Process -Id $PID).Threads.Count -le $before + 10 } 'no more threads than before, but for the pool''s'
        Close-Shell $shell
    }
}

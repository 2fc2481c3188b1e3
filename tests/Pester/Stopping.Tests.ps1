BeforeDiscovery {
    # Every cmdlet that can block, in a state in which it does.
    $blocking = @(
        @{ Name = 'Get-PbxEvent -Wait'; Script = 'Get-PbxEvent Voicemail -Wait' }
        @{ Name = 'Wait-PbxEvent'; Script = 'Wait-PbxEvent Voicemail' }
        @{ Name = 'Wait-PbxCall'; Script = 'Wait-PbxCall -Outcome Voicemail' }
        @{ Name = 'Send-PbxRequest'; Script = 'Send-PbxRequest CommunicatorGetStatus -To nobody -Timeout -1' }
        @{ Name = 'Register-PbxSubscription'; Script = 'Invoke-PbxSimulation -Fault SilentSubscribe; Register-PbxSubscription Config' }
        @{ Name = 'Invoke-PbxSimulation'; Script = 'Invoke-PbxSimulation Missed -Pace 60000' }
        @{ Name = 'Connect-PbxEvents'; Script = 'Connect-PbxEvents TelecomX $silent -Credential $simulator.Credential -Timeout 60' }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Ctrl+C' {
    BeforeAll {
        # Takes connections and never says a word.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
    }

    AfterAll {
        $listener.Stop()
    }

    It 'ends <Name> at once' -ForEach $blocking {
        $shell = Open-Shell
        $prepare = 'param($silent) $simulator = Start-PbxSimulator TelecomX; $null = $simulator | Connect-PbxEvents'
        $prepare += '; $null = Register-PbxSubscription Call'
        $null = Invoke-Shell $shell $prepare "http://$($listener.LocalEndpoint)"
        $output = [System.Management.Automation.PSDataCollection[psobject]]::new()
        $null = $shell.AddScript("'waiting'; $Script; 'went on'")
        $running = $shell.BeginInvoke([System.Management.Automation.PSDataCollection[psobject]]$null, $output)
        Wait-Until { $output.Count -gt 0 }
        [System.Threading.Thread]::Sleep(500)
        $wasBlocked = -not $running.IsCompleted
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $shell.Stop()
        $took = $watch.Elapsed.TotalMilliseconds
        Write-Host "      ($([math]::Round($took)) ms)"
        $shell.Commands.Clear()
        $left = Invoke-Shell $shell '(Get-PbxConnection).Count'
        Close-Shell $shell
        $wasBlocked | Should -BeTrue -Because 'else there was nothing to end'
        $output | Should -Not -Contain 'went on'
        $took | Should -BeLessThan 2000
        $left | Should -Be 1 -Because 'the connection that was there is still there, and no other'
    }
}

Describe 'Ctrl+C at any moment' {
    It 'ends a loop of waits' {
        # A long list keeps the cmdlet busy before it waits, so that the stop often comes just then.
        $shell = Open-Shell
        $null = Invoke-Shell $shell '$simulator = Start-PbxSimulator TelecomX; $null = $simulator | Connect-PbxEvents'
        $null = Invoke-Shell $shell '$null = Register-PbxSubscription Call'
        $slow = 0
        foreach ($delay in 0..59) {
            $null = $shell.AddScript('$many = , (Get-PbxConnection) * 5000; while ($true) { $null = Wait-PbxEvent -Connection $many -Timeout 0.001 }')
            $running = $shell.BeginInvoke()
            [System.Threading.Thread]::Sleep($delay)
            $stopping = $shell.BeginStop($null, $null)
            if (-not $stopping.AsyncWaitHandle.WaitOne(5000)) { $slow++; break }
            $shell.EndStop($stopping)
            $shell.Commands.Clear()
        }
        if (-not $slow) { Close-Shell $shell }
        $slow | Should -Be 0
    }
}

Describe 'Select-Object -First' {
    BeforeEach {
        $null = Connect-Bench
    }

    AfterEach {
        Close-Bench
    }

    It 'ends Get-PbxEvent -Wait at once' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { Get-PbxCall -Outcome Missed }
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        $read = Get-PbxEvent Call -Wait | Select-Object -First 3
        $took = $watch.Elapsed.TotalMilliseconds
        Write-Host "      ($([math]::Round($took)) ms)"
        $read | Should -HaveCount 3
        $took | Should -BeLessThan 2000
    }

    It 'ends Send-PbxRequest that waits for more replies' {
        $employee = (Invoke-PbxSimulation Request | ForEach-Object { Wait-PbxEvent -Name REQUEST -Timeout $Patience }).Data.from.employee
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Send-PbxRequest CommunicatorGetStatus -To $employee -MaxReplies 0 -Timeout 60 | Select-Object -First 1 | Should -HaveCount 1
        $watch.Elapsed.TotalSeconds | Should -BeLessThan 10
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'The simulator' {
    AfterEach {
        Close-Bench
    }

    It 'listens on loopback only' {
        $simulator = Start-PbxSimulator TelecomX
        $simulator.Server.Host | Should -Be '127.0.0.1'
        $listeners = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties().GetActiveTcpListeners()
        $listeners.Where({ $_.Port -eq $simulator.Server.Port }).Address | Should -Be ([System.Net.IPAddress]::Loopback)
    }

    It 'takes a name, a credential and a customer' {
        $credential = [pscredential]::new('ann@example.com', (Protect-Text 'known'))
        $simulator = Start-PbxSimulator TelecomX -Name lab -Credential $credential -Customer ('a' * 24)
        $simulator.Name | Should -Be 'lab'
        $simulator.Domain | Should -Be ('a' * 24)
        (Connect-PbxEvents TelecomX $simulator.Server -Credential $credential).State | Should -Be 'Connected'
    }

    It 'gives the same ids for the same seed' {
        $first = Start-PbxSimulator TelecomX -Seed 7 | Invoke-PbxSimulation Missed -Pace 0
        $second = Start-PbxSimulator TelecomX -Seed 7 | Invoke-PbxSimulation Missed -Pace 0
        $third = Start-PbxSimulator TelecomX -Seed 8 | Invoke-PbxSimulation Missed -Pace 0
        $second.CallId | Should -Be $first.CallId
        $third.CallId | Should -Not -Be $first.CallId
    }

    It 'reports a port that is taken' {
        $port = (Start-PbxSimulator TelecomX).Server.Port
        $failure = Get-ErrorRecord { Start-PbxSimulator TelecomX -Port $port @args }
        $failure.FullyQualifiedErrorId | Should -BeLike '*,PbxEvents.Module.Commands.StartPbxSimulatorCommand'
        "$failure" | Should -BeLike "*$port*"
    }

    It 'reports a platform that cannot be simulated' {
        (Get-ErrorRecord { Start-PbxSimulator Telegraph @args }).FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }

    It 'plays a scenario for the parties that were named, and returns the calls' {
        $null = Connect-Bench
        $calls = Invoke-PbxSimulation Missed -From +4512345678 -Extension 1003 -Count 3 -Pace 0
        $calls.Count | Should -Be 3
        $calls.Outcome | Should -Be 'Missed', 'Missed', 'Missed'
        $seen = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $seen.From | Should -Be '+4512345678'
        $seen.Extension | Should -Be '1003'
        $seen.CallId | Should -Be $calls[0].CallId
    }

    It 'returns at once with -NoWait and plays on' {
        $null = Connect-Bench
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Invoke-PbxSimulation Missed -Pace 400 -NoWait | Should -BeNullOrEmpty
        $watch.Elapsed.TotalMilliseconds | Should -BeLessThan 1000
        Wait-PbxCall -Outcome Missed -Timeout $Patience | Should -Not -BeNullOrEmpty
    }

    It 'reports a scenario or a fault that it does not have, with -NoWait too' {
        $null = Start-PbxSimulator TelecomX
        $failure = Get-ErrorRecord { Invoke-PbxSimulation Mised @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
        $failure.TargetObject | Should -Be 'Mised'
        (Get-ErrorRecord { Invoke-PbxSimulation Mised -NoWait @args }).TargetObject | Should -Be 'Mised'
        (Get-ErrorRecord { Invoke-PbxSimulation -Fault Earthquake @args }).TargetObject | Should -Be 'Earthquake'
    }

    It 'gives a fault before the scenario' {
        $bench = Connect-Bench
        $null = Invoke-PbxSimulation Missed -Pace 0 -Fault Duplicate -FaultCount 100
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        Wait-Until { $bench.Connection.Dropped -eq 5 }
        (Get-PbxEvent Call).Count | Should -Be 5
    }

    It 'is back after a fault was cleared' {
        $bench = Connect-Bench
        Invoke-PbxSimulation -Fault Stop
        Wait-Until { $bench.Connection.State -eq 'Reconnecting' }
        Invoke-PbxSimulation -ClearFaults
        Wait-Until { $bench.Connection.State -eq 'Connected' }
        $bench.Connection.ReconnectCount | Should -Be 1
    }

    It 'is the only one, or must be named' {
        (Get-ErrorRecord { Invoke-PbxSimulation Missed @args }).FullyQualifiedErrorId | Should -BeLike 'NoSimulator,*'
        $null = Start-PbxSimulator TelecomX -Name one
        $null = Start-PbxSimulator TelecomX -Name two
        (Get-ErrorRecord { Invoke-PbxSimulation Missed @args }).FullyQualifiedErrorId | Should -BeLike 'AmbiguousSimulator,*'
        $failure = Get-ErrorRecord { Invoke-PbxSimulation Missed -Simulator three @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'SimulatorNotFound,*'
        (Invoke-PbxSimulation Missed -Simulator t* -Pace 0).Outcome | Should -Be 'Missed'
    }

    It 'stops, by object, by name, and not with -WhatIf' {
        $simulator = Start-PbxSimulator TelecomX -Name one
        $simulator | Stop-PbxSimulator -WhatIf
        $null = $simulator | Connect-PbxEvents
        Disconnect-PbxEvents
        Stop-PbxSimulator one
        (Get-ErrorRecord { Stop-PbxSimulator one @args }).FullyQualifiedErrorId | Should -BeLike 'SimulatorNotFound,*'
    }
}

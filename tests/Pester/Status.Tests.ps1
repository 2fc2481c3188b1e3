BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'State at a glance on <Provider>' -ForEach @(
    @{ Provider = 'TelecomX'; Available = 'AVAILABLE'; Filter = @{} }
    @{ Provider = 'Yeastar'; Available = 'available'; Filter = @{ Extension = '1001' } }
    @{ Provider = 'RingCentral'; Available = 'Available'; Filter = @{} }
    @{ Provider = 'PortSIP'; Available = 'AVAILABLE'; Filter = @{ Extension = '1001' } }
) {
    BeforeAll {
        $simulator = Start-PbxSimulator $Provider
        $connection = $simulator | Connect-PbxEvents
        $null = Register-PbxSubscription Presence @Filter
    }

    AfterAll {
        Close-Bench
    }

    It 'knows the presence that was told last' {
        Get-PbxPresence | Should -BeNullOrEmpty
        $null = Invoke-PbxSimulation Presence -Extension 1001 -Pace 1
        Wait-Until { (Get-PbxPresence).Presence -eq $Available }
        $known = Get-PbxPresence
        $known | Should -HaveCount 1
        $known.Connection | Should -Be $connection.Name
        $known.IsStale | Should -BeFalse
        Get-PbxPresence 'nobody*' | Should -BeNullOrEmpty
    }
}

Describe 'State at a glance' {
    BeforeAll {
        $bench = Connect-Bench -Type 'Call', 'Queue', 'Agent', 'Presence', 'Registration'
    }

    AfterAll {
        Close-Bench
    }

    It 'knows phones and trunks' {
        $null = Invoke-PbxSimulation Registration -Pace 0
        $null = Invoke-PbxSimulation TrunkUp -Pace 0
        Wait-Until { (Get-PbxRegistration).Count -eq 2 }
        (Get-PbxRegistration).IsRegistered | Sort-Object | Should -Be $false, $true
        $since = (Get-PbxRegistration | Where-Object IsRegistered).Since
        $null = Invoke-PbxSimulation TrunkUp -Pace 0
        $null = Wait-PbxEvent Registration -FromNow -Timeout 1
        (Get-PbxRegistration | Where-Object IsRegistered).Since | Should -Be $since -Because 'it was registered all the time'
        Get-PbxRegistration | Out-String -Width 80 | Should -Match 'yes'
    }

    It 'knows queues and agents' {
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 0
        Wait-Until { (Get-PbxQueue).Lost -eq 1 }
        Get-PbxQueue nothing | Should -BeNullOrEmpty
        (Get-PbxQueue (Get-PbxQueue).Queue).Lost | Should -Be 1
        Invoke-PbxSimulation Agent -Pace 2000 -NoWait
        Wait-Until { Get-PbxAgent }
        (Get-PbxAgent).Queue | Should -Be (Get-PbxQueue).Queue
        Get-PbxAgent -Queue none | Should -BeNullOrEmpty
    }

    It 'says that it may be otherwise after a gap' {
        Invoke-PbxSimulation -Fault Drop
        Wait-Until { (Get-PbxConnection).Gaps.Count -eq 1 }
        (Get-PbxRegistration).IsStale | Sort-Object -Unique | Should -Be $true
        Get-PbxRegistration | Out-String -Width 80 | Should -Match 'yes \?'
    }

    It 'warns when no subscription brings it' {
        $other = Start-PbxSimulator Yeastar | Connect-PbxEvents -Name bare
        foreach ($cmdlet in 'Get-PbxQueue', 'Get-PbxAgent', 'Get-PbxPresence', 'Get-PbxRegistration') {
            & $cmdlet -Connection $other -WarningVariable told -WarningAction SilentlyContinue | Should -BeNullOrEmpty
            "$told" | Should -BeLike '*bare*Register-PbxSubscription*' -Because $cmdlet
        }
    }
}

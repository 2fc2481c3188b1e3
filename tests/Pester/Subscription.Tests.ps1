BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Register-PbxSubscription' {
    BeforeEach {
        $bench = Connect-Bench -Type @()
    }

    AfterEach {
        Close-Bench
    }

    It 'returns the subscription when the platform has confirmed it' {
        $subscription = Register-PbxSubscription Call
        $subscription | Should -BeOfType PbxEvents.PbxSubscription
        $subscription.State | Should -Be 'Active'
        $subscription.Type | Should -Be 'Call'
        $subscription.ConfirmedAt | Should -Not -BeNullOrEmpty
        $subscription.Connection | Should -Be $bench.Connection.Name
    }

    It 'makes one subscription for each type' {
        (Register-PbxSubscription Call, Registration).Type | Should -Be 'Call', 'Registration'
    }

    It 'takes the platform''s own topics' {
        (Register-PbxSubscription -Topic CALL).Topic | Should -Be 'CALL'
    }

    It 'brings only what was asked for' {
        $null = Register-PbxSubscription -Topic PBX -EventName CALL_END
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxEvent -Name CALL_END -Timeout $Patience
        (Get-PbxEvent Call).Name | Sort-Object -Unique | Should -Be 'CALL_END'
    }

    It 'takes connections from the pipeline' {
        $second = $bench.Simulator | Connect-PbxEvents -Name second
        $made = $bench.Connection, $second | Register-PbxSubscription Call
        $made.Connection | Should -Be $bench.Connection.Name, 'second'
    }

    It 'takes connections by name, with wildcards' {
        $null = $bench.Simulator | Connect-PbxEvents -Name telescope
        (Register-PbxSubscription Call -Connection Tele*).Connection | Should -Be 'TelecomX-1', 'telescope'
    }

    It 'refuses a type together with a topic' {
        { Register-PbxSubscription -Type Call -Topic PBX } | Should -Throw -ErrorId 'AmbiguousParameterSet,*'
    }
}

Describe 'Get-PbxSubscription' {
    BeforeEach {
        $bench = Connect-Bench -Type Call, Registration
    }

    AfterEach {
        Close-Bench
    }

    It 'lists the subscriptions of a connection' {
        (Get-PbxSubscription).Type | Should -Be 'Call', 'Registration'
        ($bench.Connection | Get-PbxSubscription).Count | Should -Be 2
    }

    It 'finds one by its number' {
        (Get-PbxSubscription $bench.Subscription[1].Id).Type | Should -Be 'Registration'
    }

    It 'reports a number that is not there' {
        (Get-ErrorRecord { Get-PbxSubscription 999999 @args }).FullyQualifiedErrorId | Should -BeLike 'SubscriptionNotFound,*'
    }
}

Describe 'Unregister-PbxSubscription' {
    BeforeEach {
        $bench = Connect-Bench -Type Call, Registration
    }

    AfterEach {
        Close-Bench
    }

    It 'withdraws by number' {
        Unregister-PbxSubscription $bench.Subscription[0].Id
        (Get-PbxSubscription).Type | Should -Be 'Registration'
        $bench.Subscription[0].State | Should -Be 'Cancelled'
    }

    It 'withdraws an object, piped or not' {
        Unregister-PbxSubscription $bench.Subscription[0]
        $bench.Subscription[1] | Unregister-PbxSubscription
        Get-PbxSubscription | Should -BeNullOrEmpty
    }

    It 'withdraws all that Get-PbxSubscription lists, while it lists them' {
        Get-PbxSubscription | Unregister-PbxSubscription
        Get-PbxSubscription | Should -BeNullOrEmpty
    }

    It 'withdraws nothing with -WhatIf' {
        Get-PbxSubscription | Unregister-PbxSubscription -WhatIf
        Get-PbxSubscription | Should -HaveCount 2
    }

    It 'ends what it brought' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
        Unregister-PbxSubscription $bench.Subscription[0].Id
        Wait-Until { $bench.Simulator.Log.Entries.Kind -contains 'Unsubscribed' }
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-PbxCall -Outcome Missed -Timeout 0.5 | Should -BeNullOrEmpty
    }

    It 'returns what it withdrew with -PassThru' {
        (Unregister-PbxSubscription $bench.Subscription[0].Id -PassThru).State | Should -Be 'Cancelled'
    }

    It 'reports a number that is not there' {
        $failure = Get-ErrorRecord { Unregister-PbxSubscription 999999 @args }
        $failure.FullyQualifiedErrorId | Should -BeLike 'SubscriptionNotFound,*'
        $failure.TargetObject | Should -Be 999999
    }

    It 'reports one that was withdrawn before' {
        $bench.Subscription[0] | Unregister-PbxSubscription
        (Get-ErrorRecord { $bench.Subscription[0] | Unregister-PbxSubscription @args }).FullyQualifiedErrorId |
            Should -BeLike 'SubscriptionNotFound,*'
    }
}

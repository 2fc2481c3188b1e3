BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'Get-PbxEventType' {
    It 'lists a platform''s whole catalogue without a connection' {
        (Get-PbxEventType -Provider TelecomX).Count | Should -Be 269
    }

    It 'takes wildcards, categories, topics and types' {
        (Get-PbxEventType QUEUE_* -Provider TelecomX).Name | Should -Contain 'QUEUE_ENTERED'
        (Get-PbxEventType -Category Voicemail).Category | Sort-Object -Unique | Should -Be 'Voicemail'
        (Get-PbxEventType -Provider Tele* -Topic REG*).Topic | Sort-Object -Unique | Should -Be 'REGISTER'
        (Get-PbxEventType -Type Registration).Name | Should -Contain 'UNREGISTER'
    }

    It 'shows fields and the right an event needs' {
        $type = Get-PbxEventType CALL_START -Provider TelecomX
        $type.Permission | Should -Be 'PERSONAL'
        $type.Fields.Name | Should -Contain 'sessionId'
        ($type.Fields | Where-Object Name -EQ 'direction').Values | Should -Be 'I', 'O'
    }

    It 'takes the platform from a connection in the pipeline' {
        $bench = Connect-Bench
        ($bench.Connection | Get-PbxEventType CALL_END).Provider | Should -Be 'TelecomX'
        Close-Bench
    }

    It 'has every row of the catalogue of <Provider>, each with what it is about' -ForEach @(
        @{ Provider = 'TelecomX'; Count = 269 }
        @{ Provider = 'PortSIP'; Count = 44 }
        @{ Provider = 'OneCloud'; Count = 6 }
        @{ Provider = 'Yeastar'; Count = 32 }
        @{ Provider = 'RingCentral'; Count = 19 }
    ) {
        $assembly = (Get-PbxEventType CALL_START -Provider TelecomX).GetType().Assembly.Location -replace 'PbxEvents\.dll$', 'PbxEvents.Providers.dll'
        $providers = [AppDomain]::CurrentDomain.GetAssemblies().Where({ $_.Location -eq $assembly })[0]
        $reader = [System.IO.StreamReader]::new($providers.GetManifestResourceStream("$($Provider.ToLowerInvariant())-events.json"))
        $rows = $reader.ReadToEnd() | ConvertFrom-Json
        $reader.Dispose()
        $types = Get-PbxEventType -Provider $Provider
        $types | Should -HaveCount $Count
        @($rows).Count | Should -Be $Count
        foreach ($type in $types) {
            $type.Description | Should -Not -BeNullOrEmpty -Because $type.Name
            $type.Category | Should -Not -Be 'Unknown' -Because $type.Name
        }
        # What the file says of an event's fields, the catalogue says too.
        $fields = @($rows).ForEach({ @($_.fields).Count }) | Measure-Object -Sum
        ($types.ForEach({ $_.Fields.Count }) | Measure-Object -Sum).Sum | Should -Be $fields.Sum
    }

    It 'names for each event of <Provider> a subscription that <Provider> takes' -ForEach @(
        @{ Provider = 'TelecomX'; Without = 'TRUNK', 'REDIS' }
        @{ Provider = 'PortSIP'; Without = 'trunk_events' }
        @{ Provider = 'OneCloud'; Without = @() }
        @{ Provider = 'Yeastar'; Without = @() }
        @{ Provider = 'RingCentral'; Without = @() }
    ) {
        $types = Get-PbxEventType -Provider $Provider

        # The platform's own pages name these without a stream that brings them.
        $types.Where({ -not $_.SubscribeWith }).Topic | Sort-Object -Unique | Should -Be ($Without | Sort-Object)
        $types.Where({ -not $_.SubscribeWith -and -not $_.Note }) | Should -BeNullOrEmpty
        $null = Start-PbxSimulator $Provider | Connect-PbxEvents
        try {
            foreach ($way in $types.SubscribeWith | Where-Object { $_ } | Sort-Object -Unique) {
                $subscription = & ([scriptblock]::Create("Register-PbxSubscription $way -Extension 1001 -Queue 4020 -ErrorAction Stop"))
                $subscription.State | Should -Be 'Active' -Because $way
                $subscription | Unregister-PbxSubscription -Confirm:$false
            }
        } finally {
            Close-Bench
        }
    }

    It 'knows the status codes of RingCentral''s telephony sessions' {
        $field = (Get-PbxEventType telephony/sessions -Provider RingCentral)[0].Fields | Where-Object Name -Like '*status.code'
        foreach ($code in 'Setup', 'Proceeding', 'Answered', 'Hold', 'Parked', 'Disconnected', 'Gone', 'VoiceMail', 'VoiceMailScreening', 'FaxReceive') {
            $field.Values | Should -Contain $code
        }
    }

    It 'finds Yeastar''s events by number and by the words for it' {
        (Get-PbxEventType 30011 -Provider Yeastar).Topic | Should -Be 'CallStateChanged'
        (Get-PbxEventType -Provider Yeastar -Topic CallStateChanged).Name | Should -Be '30011'
    }

    It 'reports a name that no catalogue has, and a platform that does not exist' {
        (Get-ErrorRecord { Get-PbxEventType CALL_STRAT @args }).FullyQualifiedErrorId | Should -BeLike 'EventTypeNotFound,*'
        (Get-ErrorRecord { Get-PbxEventType -Provider Telegraph @args }).FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*'
    }
}

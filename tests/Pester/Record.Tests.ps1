BeforeAll {
    . $PSScriptRoot/Support.ps1
    $bench = Connect-Bench -Type 'Call', 'Queue'
    $null = Invoke-PbxSimulation Answered -Pace 0 -From +4511111111 -FromName 'Anna Jensen'
    $null = Invoke-PbxSimulation Missed -Pace 600 -From +4522222222
    $null = Wait-PbxCall -Outcome Missed -Timeout $Patience
}

AfterAll {
    Close-Bench
}

Describe 'ConvertTo-PbxRecord' {
    It 'makes one flat row of a call: words, local times, whole seconds' {
        $call = Get-PbxCall -Outcome Missed
        $row = $call | ConvertTo-PbxRecord
        $row.Outcome | Should -BeExactly 'Missed'
        $row.State | Should -BeExactly 'Ended'
        $row.StartedAt | Should -BeExactly $call.StartedAt.ToString('yyyy-MM-dd HH:mm:ss')
        $row.DurationSeconds | Should -Be ([math]::Round($call.Duration.TotalSeconds))
        $row.DurationSeconds | Should -BeGreaterThan 0
        $row.WaitSeconds | Should -Be $row.DurationSeconds
        $row.TalkSeconds | Should -BeNullOrEmpty
        foreach ($property in $row.psobject.Properties) {
            $property.Value -is [string] -or $property.Value -is [ValueType] -or $null -eq $property.Value | Should -BeTrue -Because $property.Name
            $property.Value -is [enum] -or $property.Value -is [datetimeoffset] -or $property.Value -is [timespan] | Should -BeFalse -Because $property.Name
        }
    }

    It 'writes outcomes as names into JSON and CSV' {
        (Get-PbxCall | ConvertTo-PbxRecord | ConvertTo-Json | ConvertFrom-Json).Outcome | Should -Be 'Answered', 'Missed'
        $rows = Get-PbxCall | ConvertTo-PbxRecord | ConvertTo-Csv | ConvertFrom-Csv
        $rows.Outcome | Should -Be 'Answered', 'Missed'
        $rows[0].FromName | Should -Be 'Anna Jensen'
    }

    It 'gives events and gaps the same columns, whatever comes first' {
        $gap = [PbxEvents.PbxGap]@{ From = [datetimeoffset]'2030-01-01 09:00'; To = [datetimeoffset]'2030-01-01 09:00:07'; Reason = 'LinkLost'; Recovery = 'Lost' }
        $rows = @($gap; Get-PbxEvent) | ConvertTo-PbxRecord
        $rows[0].Name | Should -Be 'Gap'
        $rows[0].Time | Should -Be '2030-01-01 09:00:07'
        $rows[0].GapSeconds | Should -Be 7
        $rows[0].GapReason | Should -Be 'LinkLost'
        $rows[-1].psobject.Properties.Name | Should -Be $rows[0].psobject.Properties.Name
        $rows[-1].Outcome | Should -Be 'Missed'
        ($rows | ConvertTo-Csv | ConvertFrom-Csv)[-1].From | Should -Be '+4522222222'
    }

    It 'takes what comes from a file' {
        $file = Join-Path $TestDrive 'items.xml'
        @(Get-PbxCall; Get-PbxEvent -Last 2) | Export-Clixml $file
        $fresh = @(Get-PbxCall; Get-PbxEvent -Last 2) | ConvertTo-PbxRecord | ForEach-Object { $_ | ConvertTo-Json }
        Import-Clixml $file | ConvertTo-PbxRecord | ForEach-Object { $_ | ConvertTo-Json } | Should -Be $fresh
    }

    It 'refuses what is none, and goes on' {
        $rows = @(42; Get-PbxCall -Outcome Missed) | ConvertTo-PbxRecord -ErrorVariable failures -ErrorAction SilentlyContinue
        $rows | Should -HaveCount 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'NoRecordOf,*'
        "$($failures[0])" | Should -BeLike '*Int32*'
    }
}

Describe 'A connection' {
    It 'is less than two kilobytes as JSON' {
        (Get-PbxConnection | ConvertTo-Json -WarningAction SilentlyContinue).Length | Should -BeLessThan 2048
        (Get-PbxConnection | ConvertTo-PbxRecord | ConvertTo-Json -Compress).Length | Should -BeLessThan 500
    }

    It 'shows nothing of the module''s own with Format-List *' {
        Get-PbxConnection | Format-List * | Out-String | Should -Not -Match 'PbxEvents\.(Providers|Module)\.'
        Get-PbxSubscription | Format-List * | Out-String | Should -Not -Match 'PbxEvents\.(Providers|Module)\.'
        $bench.Simulator | Format-List * | Out-String | Should -Not -Match 'PbxEvents\.Simulator\.\w+Log\b'
    }

    It 'tells its last error in one line' {
        $fragile = $bench.Simulator | Connect-PbxEvents -Name fragile -MaxReconnectAttempts 0
        Invoke-PbxSimulation -Fault Drop
        Wait-Until { $fragile.State -eq 'Faulted' }
        "$($fragile.LastError)" | Should -Match '^\w+: [^\n]+$'
        $fragile | Select-Object Name, LastError | Format-List | Out-String | Should -Not -Match '   at '
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Plays a call and waits until it is over.
    function Invoke-Call {
        param([string] $Scenario, [hashtable] $Party)

        $played = Invoke-PbxSimulation $Scenario @Party -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Connection $bench.Connection -Call $played.CallId -State Ended -Timeout $Patience
        # Calls one after the other, also by the clock.
        [System.Threading.Thread]::Sleep(30)
    }
}

Describe 'Get-PbxCallback' {
    BeforeAll {
        $journal = Open-PbxJournal (Join-Path $TestDrive 'callback.db')
        $bench = Connect-Bench -Type Call, Queue -Connection @{ Name = 'office' }
        Invoke-Call Missed @{ From = '+4520123456'; FromName = 'Anna' }
        Invoke-Call QueueAbandoned @{ From = '0045 20 12 34 56'; FromName = 'Anna' }
        Invoke-Call Missed @{ From = '20123457' }
        Invoke-Call Outbound @{ To = '+4520123457' }
        Invoke-Call Missed @{ From = '20123458'; FromName = 'Someone' }
        Invoke-Call Answered @{ From = '20123458'; FromName = 'Someone' }
        Invoke-Call Missed @{ From = '20123458'; FromName = 'Someone' }
        Invoke-Call HiddenCaller @{}
    }

    AfterAll {
        Close-Bench
    }

    It 'lists who was not reached and with whom nobody has talked since' {
        $waiting = @(Get-PbxCallback -Country DK)
        $waiting.Number | Should -Be '+4520123456', '+4520123458'
        $waiting.Tries | Should -Be 2, 1
        $waiting[0].Name | Should -Be 'Anna'
        $waiting[0].Queue | Should -Be '4020'
        $waiting[0].Since | Should -BeLessThan $waiting[0].LastAt
        $waiting[0].Calls[0].Outcome, $waiting[0].Calls[1].Outcome | Should -Be 'Missed', 'Abandoned'
        $waiting[0].Since.Offset | Should -Be ([DateTimeOffset]::Now.Offset)
        $waiting | Out-String | Should -BeLike '*Tries*+4520123456*Anna*'
    }

    It 'says the same of a journal, of its file, and of calls from the pipeline' {
        Close-PbxJournal $journal -Confirm:$false
        $expected = (Get-PbxCallback -Country DK | ForEach-Object { "$_ $($_.Tries)" }) -join ', '
        $expected | Should -Be 'Anna +4520123456 2, Someone +4520123458 1'
        (Get-PbxCallback -Journal $journal.Path -Country DK | ForEach-Object { "$_ $($_.Tries)" }) -join ', ' | Should -Be $expected
        (Get-PbxCall | Get-PbxCallback -Country DK | ForEach-Object { "$_ $($_.Tries)" }) -join ', ' | Should -Be $expected
        Get-PbxCallback -Journal $journal.Path -Connection nosuch* -Country DK | Should -BeNullOrEmpty
    }

    It 'takes a filter for the tries, not for the talks' {
        (Get-PbxCallback -Queue 4020 -Country DK).Tries | Should -Be 1
        (Get-PbxCallback -From 2012345* -Country DK).Number | Should -Be '+4520123458'
        Get-PbxCallback -Since ([DateTimeOffset]::Now.AddMinutes(1)) | Should -BeNullOrEmpty
        $always = New-PbxSchedule always -Day ([DayOfWeek].GetEnumValues())
        Get-PbxCallback -Outside $always | Should -BeNullOrEmpty
        @(Get-PbxCallback -Within $always -Country DK).Count | Should -Be 2
    }

    It 'has the names of the contacts' {
        Import-PbxContact -InputObject ([pscustomobject]@{ Name = 'Bo'; Number = '20123458' }) -Country DK
        (Get-PbxCallback -Country DK).Name | Should -Be 'Anna', 'Bo'
        Clear-PbxContact
    }

    It 'takes no country for granted' {
        @(Get-PbxCallback).Count | Should -BeGreaterThan 2 -Because '20123457 may be another number than +4520123457'
    }
}

BeforeDiscovery {
    . $PSScriptRoot/Browser.ps1
    $chromium = Find-Browser
    $views = Get-BrowserView
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Browser.ps1
    $journal = Open-PbxJournal (Join-Path $TestDrive 'report.db')
    $bench = Connect-Bench -Type Call, Queue -Connection @{ Name = 'office' }
    $hostile = '=1+1"><img src=x onerror=alert(1)>'
    $plays = @(
        @{ Scenario = 'Answered'; Extension = '1001' }, @{ Scenario = 'Answered'; Extension = '1002' }, @{ Scenario = 'Missed'; Extension = '1002' }
        @{ Scenario = 'QueueAnswered' }, @{ Scenario = 'QueueAbandoned' }, @{ Scenario = 'QueueAbandoned'; Queue = '4021'; FromName = $hostile }
        @{ Scenario = 'Outbound' }, @{ Scenario = 'Internal' }, @{ Scenario = 'Busy' }, @{ Scenario = 'Voicemail' }
    )
    foreach ($play in $plays) {
        $played = Invoke-PbxSimulation @play -Pace 0
        $null = Wait-PbxCall -Call $played.CallId -State Ended -Timeout $Patience
    }
    # What goes on is not counted.
    $null = Invoke-PbxSimulation Answered -Pace 60000 -NoWait

    function Format-Figure {
        param([object[]] $Figure)

        ($Figure | ForEach-Object { "$($_.Name): $($_.Calls) $($_.Inbound) $($_.Answered) $($_.Unreached) $($_.Unknown) $($_.AnsweredInTime) $($_.LongestWait)" }) -join "`n"
    }
}

AfterAll {
    Close-Bench
}

Describe 'Measure-PbxCall' {
    It 'counts what Group-Object counts, by <By>' -ForEach @{ By = 'Queue' }, @{ By = 'Extension' }, @{ By = 'Hour' }, @{ By = 'Day' } {
        $calls = @(Get-PbxCall -State Ended)
        $calls.Count | Should -Be $plays.Count
        $groups = $calls | Group-Object {
            # In the branches of switch $_ is what is switched on.
            $call = $_
            $clock = $call.StartedAt.ToLocalTime()
            switch ($By) { Queue { "$($call.Queue)" } Extension { "$($call.Extension)" } Hour { $clock.ToString('yyyyMMddHHzzz') } Day { $clock.ToString('yyyyMMdd') } }
        }
        $found = @(Measure-PbxCall -By $By)
        $found.Count | Should -Be @($groups).Count
        foreach ($figure in $found) {
            $key = switch ($By) { Queue { "$($figure.Queue)" } Extension { "$($figure.Extension)" } Hour { $figure.Hour.ToString('yyyyMMddHHzzz') } Day { $figure.Day.ToString('yyyyMMdd') } }
            $group = @($groups.Where({ $_.Name -eq $key }).Group)
            $figure.Calls | Should -Be $group.Count
            $figure.Answered | Should -Be @($group | Where-Object { $_.Direction -eq 'Inbound' -and $_.IsReached }).Count
            $figure.Unreached | Should -Be @($group | Where-Object IsUnreached).Count
            $waits = @($group | Where-Object { $_.Direction -eq 'Inbound' } | ForEach-Object { (($_.AnsweredAt ?? $_.EndedAt) - $_.StartedAt).Ticks })
            $figure.LongestWait.Ticks | Should -Be ($waits | Measure-Object -Maximum).Maximum
        }
        $found.Name | Should -Not -BeNullOrEmpty
        $found | Out-String -Width 80 | Should -BeLike '*ServiceLevel*'
    }

    It 'says the same of the connection, its journal, its file, and calls from the pipeline' {
        Wait-Until { (Get-PbxJournal).Behind -eq 0 } 'the journal'
        $expected = Format-Figure (Measure-PbxCall -By Queue, Extension)
        $expected | Should -BeLike '*4021*'
        Format-Figure (Measure-PbxCall -By Queue, Extension -Journal $journal) | Should -Be $expected
        Format-Figure (Measure-PbxCall -By Queue, Extension -Journal $journal.Path) | Should -Be $expected
        Format-Figure (Get-PbxCall | Measure-PbxCall -By Queue, Extension) | Should -Be $expected
        # Each once, whatever states of it come.
        Format-Figure (@(Get-PbxEvent Call).Where({ $_.Call }).Call | Measure-PbxCall -By Queue, Extension) | Should -Be $expected
        (Measure-PbxCall -Journal $journal -Connection nosuch*).Calls | Should -Be 0
    }

    It 'counts the records of the platform' {
        $pbx = Start-PbxSimulator Yeastar
        $recorded = $pbx | Connect-PbxEvents -NoJournal
        try {
            $null = Register-PbxSubscription Call -Extension 1001 -Connection $recorded
            foreach ($scenario in 'Answered', 'Missed') {
                $played = Invoke-PbxSimulation $scenario -Pace 1 -Simulator $pbx
                $null = Wait-PbxCall -Connection $recorded -Call $played.CallId -State Ended -Timeout $Patience
            }
            $records = @(Get-PbxCallRecord -Connection $recorded -Since today -Until ([datetimeoffset]::Now.AddSeconds(2)))
            $records.Count | Should -Be 2
            $figure = $records | Measure-PbxCall
            $figure.Calls, $figure.Answered, $figure.Unreached | Should -Be 2, 1, 1
        }
        finally {
            $recorded | Disconnect-PbxEvents -Confirm:$false
            $null = Select-PbxConnection office
        }
    }

    It 'takes filters, and warns of a time that was not seen whole' {
        (Measure-PbxCall -Queue 4020).Calls | Should -Be 2
        (Measure-PbxCall -Since ([datetime]::Now.AddMinutes(1)) -WarningAction Ignore).Calls | Should -Be 0
        (Measure-PbxCall -Until ([datetime]::Now.AddMinutes(-9))).Calls | Should -Be 0
        $always = New-PbxSchedule always -Day ([DayOfWeek].GetEnumValues())
        (Measure-PbxCall -Outside $always).Calls | Should -Be 0
        $null = Measure-PbxCall -Since yesterday -WarningVariable warned -WarningAction SilentlyContinue
        "$warned" | Should -BeLike '*office*'
        (Measure-PbxCall -ServiceLevel 0).AnsweredInTime | Should -BeLessOrEqual (Measure-PbxCall).AnsweredInTime
        (Measure-PbxCall).ServiceLevel | Should -BeGreaterThan 0
    }
}

Describe 'Export-PbxReport' {
    It 'writes the figures that Measure-PbxCall has, for a spreadsheet' {
        $file = Join-Path $TestDrive 'day.csv'
        Export-PbxReport $file | Should -BeNullOrEmpty
        $rows = Import-Csv $file
        foreach ($by in 'Queue', 'Extension') {
            $figures = @(Measure-PbxCall -By $by | Where-Object { $_.$by })
            $lines = @($rows | Where-Object By -EQ $by)
            ($lines | ForEach-Object { "$($_.Key) $($_.Calls) $($_.Answered) $($_.Unreached) $($_.AnsweredInTime)" }) -join "`n" |
                Should -Be (($figures | ForEach-Object { "$($_.$by) $($_.Calls) $($_.Answered) $($_.Unreached) $($_.AnsweredInTime)" }) -join "`n")
        }
        $all = $rows | Where-Object By -EQ All
        $all.Calls | Should -Be $plays.Count
        $all.ServiceLevelPercent | Should -Be (Measure-PbxCall).ServiceLevel.ToString('0.0')
        [System.IO.File]::ReadAllBytes($file)[0..2] | Should -Be 0xEF, 0xBB, 0xBF
    }

    It 'writes a page with charts, in which a hostile name is text, and replaces an older one as a whole' {
        $file = Join-Path $TestDrive 'day.html'
        Set-Content $file 'old'
        (Get-ErrorRecord { Export-PbxReport $file -NoClobber }).FullyQualifiedErrorId | Should -BeLike 'ReportExists,*'
        Export-PbxReport $file -WhatIf
        Get-Content $file | Should -Be 'old'
        (Export-PbxReport $file -Title 'A <day>' -PassThru).FullName | Should -Be $file
        $page = Get-Content $file -Raw
        $page | Should -BeLike '*<h1>A &lt;day&gt;</h1>*<svg*role="img"*'
        $page | Should -BeLike "*$([System.Net.WebUtility]::HtmlEncode($hostile))*"
        $page | Should -Not -BeLike '*<img*'
        Get-ChildItem $TestDrive -Filter *.tmp | Should -BeNullOrEmpty
    }

    It 'has the names of the contacts, and the calls of a filter only' {
        Import-PbxContact -InputObject ([pscustomobject]@{ Name = 'Anna'; Number = (Get-PbxCall -Queue 4021).From })
        $file = Join-Path $TestDrive 'queue.html'
        Get-PbxCall | Export-PbxReport $file -Queue 4021
        Clear-PbxContact
        Get-Content $file -Raw | Should -BeLike '*<bdi>Anna</bdi>*'
        Get-Content $file -Raw | Should -Not -BeLike '*4020*'
    }

    It 'says what is wrong with a path' {
        (Get-ErrorRecord { Export-PbxReport "$TestDrive/day.pdf" }).FullyQualifiedErrorId | Should -BeLike 'NoReportForm,*'
        (Get-ErrorRecord { Export-PbxReport "$TestDrive/nosuch/day.csv" }).FullyQualifiedErrorId | Should -BeLike 'ReportUnwritable,*'
    }
}

Describe 'A report in a real browser (Debian package chromium)' -Skip:(-not $chromium) {
    BeforeAll {
        $file = Join-Path $TestDrive 'browser.html'
        Export-PbxReport $file
        $browser = Open-Browser
        $browser.Open("file://$file")
    }

    AfterAll {
        if ($browser) { $browser.Dispose() }
    }

    It 'can be read at <Width> pixels, dark: <Dark>, and has no barrier' -ForEach $views {
        $browser.Show($Width, 900, $Dark)
        $browser.Ask($LookForBarriers) | Should -BeNullOrEmpty
        $browser.Complaints | Should -BeNullOrEmpty
    }
}

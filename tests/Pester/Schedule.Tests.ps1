BeforeAll {
    . $PSScriptRoot/Support.ps1

    $week = [DayOfWeek].GetEnumValues()
    $always = New-PbxSchedule always -Day $week
    $today = [DateTime]::Today
    # Both days: a call of this test may begin before midnight and the test may end after it.
    $never = New-PbxSchedule never -Day $week -Holiday $today.AddDays(-1), $today, $today.AddDays(1)
    $calendar = Join-Path $TestDrive 'holidays.ics'
    Set-Content $calendar @'
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20201224
RRULE:FREQ=YEARLY
SUMMARY:Juleaften
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTART;TZID=America/New_York:20261130T060000
DTEND;TZID=America/New_York:20261130T070000
SUMMARY:Meeting
END:VEVENT
END:VCALENDAR
'@
}

Describe 'A schedule' {
    It 'is open in its hours, in its time zone, and says why' {
        $office = New-PbxSchedule office -Hours 08:00-12:00, 13:00-17:00 -TimeZone Europe/Copenhagen
        $office.Name | Should -Be 'office'
        "$($office.Hours)" | Should -Be '08:00-12:00 13:00-17:00'
        $times = '2026-11-30 06:59:59Z', '2026-11-30 07:00Z', '2026-11-30 11:00Z', '2026-06-30 06:00Z', '2026-11-29 09:00Z'
        Test-PbxSchedule $office $times | Should -Be $false, $true, $false, $true, $false
        $said = Test-PbxSchedule $office '2026-11-30 07:00Z' -Verbose 4>&1
        "$said" | Should -BeLike '*office: open at Mon 2026-11-30 08:00:00, Europe/Copenhagen: 08:00-12:00*True'
        $said = Test-PbxSchedule $office '2026-11-30 11:00Z' -Verbose 4>&1
        "$said" | Should -BeLike '*office: closed at Mon 2026-11-30 12:00:00*False'
    }

    It 'knows the holidays of a calendar, in whatever year, and single ones' {
        $office = New-PbxSchedule office -Hours 8-17 -TimeZone Europe/Copenhagen -HolidayPath $calendar -Holiday 2026-12-31
        $times = '2026-12-24 10:00Z', '2030-12-24 10:00Z', '2026-12-31 10:00Z', '2026-11-30 10:59Z', '2026-11-30 11:00Z', '2026-11-30 12:00Z'
        Test-PbxSchedule $office $times | Should -Be $false, $false, $false, $true, $false, $true
        "$(Test-PbxSchedule $office '2026-12-24 10:00Z' -Verbose 4>&1)" | Should -BeLike '*closed at Thu 2026-12-24 11:00:00*holiday 2026-12-24 Juleaften*'
        $office.GetHolidays(2026).Name | Should -Be 'Meeting', 'Juleaften', $null
        $office.IsOpen([DateTimeOffset]'2026-11-30 10:59Z') | Should -BeTrue
    }

    It 'takes several together: one that is open is enough' {
        Test-PbxSchedule $never, $always | Should -BeTrue
        Test-PbxSchedule $never | Should -BeFalse
        Test-PbxSchedule $always | Should -BeTrue
    }

    It 'says what is wrong: <Why>' -ForEach @(
        @{ Why = 'hours'; Line = { New-PbxSchedule x -Hours 8-25 }; Id = 'ParameterArgumentTransformationError*|CannotConvertArgument*|*'; Text = "*'8-25' is not a range of hours*08:00-12:00*" }
        @{ Why = 'time zone'; Line = { New-PbxSchedule x -TimeZone Nowhere/Land }; Id = 'UnknownTimeZone*'; Text = '*Nowhere/Land*' }
        @{ Why = 'no file'; Line = { New-PbxSchedule x -HolidayPath ./nosuch.ics }; Id = 'FileUnreadable*'; Text = '*nosuch.ics*' }
        @{ Why = 'no calendar'; Line = { New-PbxSchedule x -HolidayPath $ModulePath }; Id = 'FileUnreadable*'; Text = '*cannot be read as a calendar*' }
    ) {
        $failure = { & $Line } | Should -Throw -PassThru
        "$failure" | Should -BeLike $Text
        if ($Id -notlike '*|*') {
            $failure.FullyQualifiedErrorId | Should -BeLike $Id
            $failure.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
        }
    }

    It 'loads what reads calendars apart, and only when one is read' {
        $lines = & $Pwsh -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; Import-Module '$ModulePath'
`$own = { [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match 'Desk|Ical|NodaTime' }
`$null = Test-PbxSchedule (New-PbxSchedule x)
""before: `$(& `$own)""
`$null = Test-PbxSchedule (New-PbxSchedule x -HolidayPath '$calendar')
""after: `$((& `$own | Sort-Object) -join ' ')""
""default: `$([System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.GetName().Name -match 'Desk|Ical|NodaTime')"""
        $lines | Should -Be 'before: ', 'after: Ical.Net NodaTime PbxEvents.Desk', 'default: '
    }
}

Describe '-Within and -Outside' {
    BeforeAll {
        $bench = Connect-Bench
        $call = Invoke-PbxSimulation Missed -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $call.CallId -State Ended -Timeout $Patience
    }

    AfterAll {
        Close-Bench
    }

    It 'choose calls' {
        (Get-PbxCall -Within $always).CallId | Should -Be $call.CallId
        Get-PbxCall -Within $never | Should -BeNullOrEmpty
        (Get-PbxCall -Outside $never).CallId | Should -Be $call.CallId
        Get-PbxCall -Outside $never, $always | Should -BeNullOrEmpty
        (Get-PbxCall -Within $never, $always).CallId | Should -Be $call.CallId
    }

    It 'choose events' {
        @(Get-PbxEvent Call -Within $always).Count | Should -BeGreaterThan 0
        Get-PbxEvent Call -Within $never | Should -BeNullOrEmpty
    }

    It 'choose what a wait returns' {
        (Wait-PbxCall -Outcome Missed -Within $always -Timeout $Patience).CallId | Should -Be $call.CallId
        Wait-PbxCall -Outcome Missed -Outside $always -Timeout 0.2 | Should -BeNullOrEmpty
        (Wait-PbxEvent Call -Within $always -Timeout $Patience).CallId | Should -Be $call.CallId
        Wait-PbxEvent Call -Within $never -Timeout 0.2 | Should -BeNullOrEmpty
    }

    It 'lose nothing in a loop that makes the schedule anew' {
        $seen = foreach ($i in 1, 2) {
            $next = Invoke-PbxSimulation Missed -Simulator $bench.Simulator -Pace 0
            (Wait-PbxCall -Outcome Missed -Within (New-PbxSchedule each -Day $week) -Timeout $Patience).CallId
        }
        $seen[0] | Should -Be $call.CallId -Because 'the first wait begins with the subscription'
        $seen[1] | Should -Not -Be $next.CallId -Because 'the second goes on after the first'
        $seen[1] | Should -Not -Be $call.CallId
    }

    It 'choose for whom an action runs' {
        $heard = [System.Collections.Concurrent.ConcurrentBag[string]]::new()
        $null = Register-PbxSubscription Call -Unreached -Within $always -MessageData $heard -Action { $Event.MessageData.Add('within') }
        $null = Register-PbxSubscription Call -Unreached -Outside $always -MessageData $heard -Action { $Event.MessageData.Add('outside') }
        $next = Invoke-PbxSimulation Missed -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Call $next.CallId -State Ended -Timeout $Patience
        Wait-Until { $heard.Count }
        $heard | Should -Be 'within'
    }

    It 'want an action on a subscription' {
        { Register-PbxSubscription Call -Within $always } | Should -Throw -ErrorId 'ActionMissing*'
    }

    It 'choose for which events a durable reaction runs' {
        $journal = Open-PbxJournal (Join-Path $TestDrive 'within.db')
        $null = $bench.Simulator | Connect-PbxEvents -Name kept
        $null = Register-PbxSubscription Call -Connection kept
        $next = Invoke-PbxSimulation Missed -Simulator $bench.Simulator -Pace 0
        $null = Wait-PbxCall -Connection kept -Call $next.CallId -State Ended -Timeout $Patience
        Wait-Until { Get-PbxEvent -Journal $journal -Outcome Missed }
        @(Test-PbxReaction { $_.CallId } -Unreached -Within $always).Output | Should -Be $next.CallId
        Test-PbxReaction { $_.CallId } -Unreached -Outside $always | Should -BeNullOrEmpty
        $out = Join-Path $TestDrive 'done.txt'
        $null = Register-PbxReaction within -StartAt Oldest -Unreached -Within $always { Add-Content $Delivery.MessageData within } -MessageData $out
        $null = Register-PbxReaction outside -StartAt Oldest -Unreached -Outside $always { Add-Content $Delivery.MessageData outside } -MessageData $out
        Wait-PbxReaction -UntilIdle -Timeout $Patience
        Get-Content $out | Should -Be 'within'
    }

    It 'take a call from the pipeline' {
        Get-PbxCall -Connection $bench.Connection -Call $call.CallId | Test-PbxSchedule $always | Should -BeTrue
        Get-PbxEvent -Connection $bench.Connection -Call $call.CallId | Select-Object -First 1 | Test-PbxSchedule $never | Should -BeFalse
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1

    # Runs lines in a fresh process and gives what they write.
    function Invoke-Apart {
        param([string] $Line)

        & $Pwsh -NoProfile -NonInteractive -Command "`$ErrorActionPreference = 'Stop'; Import-Module '$ModulePath'; $Line"
    }
}

Describe 'The library behind a journal' {
    It 'is loaded when the first journal is opened, in a context of its own' {
        $lines = Invoke-Apart @"
`$own = { [AppDomain]::CurrentDomain.GetAssemblies().GetName().Name -match 'Journal|SQLite' }
"before: `$(& `$own)"
`$null = Start-PbxSimulator TelecomX | Connect-PbxEvents
Disconnect-PbxEvents
"connected: `$(& `$own)"
`$null = Open-PbxJournal '$TestDrive/load.db'
`$context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'PbxEvents parts'
"apart: `$((`$context.Assemblies.GetName().Name | Sort-Object) -join ' ')"
"elsewhere: `$([System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.GetName().Name -match 'SQLite')"
"@
        $lines | Should -Be @(
            'before: '
            'connected: '
            'apart: PbxEvents.Journal.Sqlite SQLitePCLRaw.core SQLitePCLRaw.provider.e_sqlite3'
            'elsewhere: '
        )
    }

    It 'is not that of another module in the same process: <Name>' -ForEach @(
        @{ Name = 'the other one is loaded first'; Order = 'Other', 'Own' }
        @{ Name = 'the other one is loaded last'; Order = 'Own', 'Other' }
    ) {
        # Laid out beside Pester: ./build.sh pester, or Modules.csproj.
        $older = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/modules/OlderSqlite")
        $load = @{
            Other = "Import-Module '$older'"
            Own   = "`$null = Open-PbxJournal '$TestDrive/$($Order[0]).db'"
        }
        $lines = Invoke-Apart @"
$($load[$Order[0]])
$($load[$Order[1]])
`$simulator = Start-PbxSimulator TelecomX
`$null = `$simulator | Connect-PbxEvents
`$null = Register-PbxSubscription Call
`$call = Invoke-PbxSimulation Missed -Simulator `$simulator -Pace 0
`$null = Wait-PbxCall -Outcome Missed -Timeout $Patience
Disconnect-PbxEvents
@(Get-PbxEvent -Journal $($Order[0]) -CallId `$call.CallId -Outcome Missed).Count -gt 0
Get-OlderSqliteVersion
`$context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'PbxEvents parts'
`$own = `$context.Assemblies | Where-Object { `$_.GetName().Name -eq 'SQLitePCLRaw.core' }
`$own.GetType('SQLitePCL.raw').GetMethod('sqlite3_libversion_number').Invoke(`$null, @())
"@
        $lines[0] | Should -BeTrue
        [int]$lines[1] | Should -BeLessThan 3050000
        [int]$lines[2] | Should -BeGreaterOrEqual 3053000
    }

    It 'ships for every platform' {
        $natives = Get-ChildItem (Join-Path (Split-Path $ModulePath) 'bin/deps/runtimes') -Recurse -File
        $natives.ForEach({ $_.Directory.Parent.Name }) | Sort-Object |
            Should -Be 'linux-arm64', 'linux-musl-x64', 'linux-x64', 'osx-arm64', 'osx-x64', 'win-arm64', 'win-x64'
    }
}

Describe 'A journal' {
    AfterEach {
        Close-Bench
    }

    It 'keeps the events of a connection as they came, and is read when it is closed, too' {
        $path = Join-Path $TestDrive 'one/journal.db'
        $journal = Open-PbxJournal $path
        $bench = Connect-Bench -Connection @{ Name = 'kept' }
        $played = Invoke-PbxSimulation Missed -Simulator $bench.Simulator -Pace 0
        $call = Wait-PbxCall -Outcome Missed -Timeout $Patience
        Disconnect-PbxEvents kept
        $live = Get-PbxEvent -Journal journal -Connection kept
        $live.Sequence | Should -Be (1..$live.Count)

        $closed = Close-PbxJournal -PassThru
        $closed | Should -Be $journal
        $closed.IsOpen | Should -BeFalse
        $closed.Events | Should -Be $live.Count
        $again = Get-PbxEvent -Journal $path -CallId $played.CallId -CallState Ended
        $again[0].Call.Outcome | Should -Be $call.Outcome
        $again[0].Call.Legs.Count | Should -Be $call.Legs.Count
        $again[0].Call.Events[0].CallId | Should -Be $played.CallId
        $again[0].Data | Should -Not -BeNullOrEmpty
        Get-PbxEvent -Journal $path -Until (Get-Date).AddHours(-1) | Should -BeNullOrEmpty
        @(Get-PbxEvent -Journal $path -Last 2).Sequence | Should -Be ($live.Count - 1), $live.Count
        @(Get-PbxEvent -Journal $path -MaxEvents 2).Sequence | Should -Be 1, 2
        Get-PbxEvent -Journal $path -Connection other* | Should -BeNullOrEmpty
    }

    It 'is not written to by a connection with -NoJournal, and is by one that names it' {
        $null = Open-PbxJournal (Join-Path $TestDrive 'first.db')
        $null = Open-PbxJournal (Join-Path $TestDrive 'second.db')
        $simulator = Start-PbxSimulator TelecomX
        $null = $simulator | Connect-PbxEvents -Name none -NoJournal
        $null = $simulator | Connect-PbxEvents -Name last
        $null = $simulator | Connect-PbxEvents -Name named -Journal first
        $null = $simulator | Connect-PbxEvents -Name opened -Journal (Join-Path $TestDrive 'third.db')
        Get-PbxJournal | ForEach-Object { "$($_.Name): $($_.Connections)" } | Should -Be 'first: named', 'second: last', 'third: opened'
    }

    It 'says what it would close, and whose events are not kept then' {
        $null = Open-PbxJournal (Join-Path $TestDrive 'used.db')
        $null = Connect-Bench -Connection @{ Name = 'writer' }
        $text = Invoke-Apart "
            `$null = Open-PbxJournal '$TestDrive/whatif.db'
            `$null = Start-PbxSimulator TelecomX | Connect-PbxEvents -Name writer
            Close-PbxJournal -WhatIf"
        "$text" | Should -BeLike '*events of writer are no longer stored*whatif*'
        (Get-PbxJournal used).IsOpen | Should -BeTrue
    }

    It 'refuses <Name>: <Id>' -ForEach @(
        @{ Name = 'a second opening'; Id = 'InvalidOption'; Line = { $null = Open-PbxJournal "$TestDrive/twice.db"; Open-PbxJournal "$TestDrive/twice.db" } }
        @{ Name = 'a second writer'; Id = 'JournalInUse'; Line = { $null = Open-PbxJournal "$TestDrive/taken.db"; Open-PbxJournal "$TestDrive/taken.db" -Name other } }
        @{ Name = 'another file'; Id = 'NotAJournal'; Line = { Set-Content "$TestDrive/text.db" 'text'; Open-PbxJournal "$TestDrive/text.db" } }
        @{ Name = 'a name that nobody has'; Id = 'InvalidOption'; Line = { Get-PbxEvent -Journal nosuch } }
        @{ Name = 'a file that is not there'; Id = 'JournalFailed'; Line = { Get-PbxEvent -Journal "$TestDrive/nosuch.db" } }
        @{ Name = 'no age'; Id = 'InvalidOption'; Line = { Open-PbxJournal "$TestDrive/age.db" -MaxAge 0 } }
        @{ Name = '-Journal with -NoJournal'; Id = 'JournalUnwanted'; Line = { Start-PbxSimulator TelecomX | Connect-PbxEvents -Journal x -NoJournal } }
        @{ Name = 'to write to what is only read'; Id = 'JournalReadOnly'; Line = {
                Open-PbxJournal "$TestDrive/read.db" | Close-PbxJournal
                Start-PbxSimulator TelecomX | Connect-PbxEvents -Journal (Open-PbxJournal "$TestDrive/read.db" -ReadOnly)
            }
        }
        @{ Name = 'to close what is not there'; Id = 'NoJournal'; Line = { Close-PbxJournal } }
    ) {
        $caught = $null
        try {
            $ErrorActionPreference = 'Stop'
            & $Line
        }
        catch {
            $caught = $_
        }
        $caught.FullyQualifiedErrorId | Should -BeLike "$Id,*"
        $caught.ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }
}

Describe 'A listener with a journal that is killed' -Skip:$IsWindows {
    It 'has kept what it was told, and tells the call that was missed meanwhile once at its next start' {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'killed')).FullName
        $simulator = Start-PbxSimulator OneCloud
        $process = $null
        try {
            $process = Open-Listener $simulator $folder first -Journal "$folder/kept/journal.db" -ConnectionName desk
            $before = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
            Wait-Until { (Get-Content "$folder/first.told" -ErrorAction Ignore) -contains $before.CallId } 'the call before'
            # The state is written when the journal has what it says.
            Wait-Until { (Get-Content "$folder/kept/journal.db.desk.state" -Raw -ErrorAction Ignore) -like "*$($before.CallId)*" } 'its note'
            @(Get-PbxEvent -Journal "$folder/kept/journal.db" -CallId $before.CallId -Outcome Missed).Count | Should -BeGreaterThan 0

            /bin/kill -KILL $process.Id
            Wait-Until { $process.HasExited } 'its end'
            Wait-Until { $simulator.LinkCount -eq 0 } 'the server to see it go'
            $missed = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0

            $process = Open-Listener $simulator $folder second -Journal "$folder/kept/journal.db" -ConnectionName desk
            # OneCloud's records are asked for half a minute after the connect.
            Wait-Until { Get-Content "$folder/second.told" -ErrorAction Ignore } 'the missed call' -Seconds 120
            Get-Content "$folder/second.told" | Should -Be $missed.CallId
            Wait-Until { Get-PbxEvent -Journal "$folder/kept/journal.db" -CallId $missed.CallId -Outcome Missed } 'it in the journal'
            $gap = Get-PbxEvent -Journal "$folder/kept/journal.db" | Where-Object Name -EQ Gap
            $gap.Gap.Reason | Should -Be NotRunning
        }
        finally {
            if ($process -and -not $process.HasExited) { $process.Kill() }
            Stop-PbxSimulator -Simulator * -Confirm:$false
        }
    }
}

BeforeAll {
    . $PSScriptRoot/Support.ps1

    # A real PostgreSQL, as the tests in tests/Postgres have it. It ends when its standard input closes.
    $program = [System.IO.Path]::GetFullPath("$PSScriptRoot/../Journal/bin/Release/net10.0/PbxEvents.Tests.Journal.dll")
    $start = [System.Diagnostics.ProcessStartInfo]::new('dotnet', [string[]]($program, 'serve'))
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $server = [System.Diagnostics.Process]::Start($start)
    $port, $database, $user, $word, $null = $server.StandardOutput.ReadLine() -split ';'
    $missing = $word ? $null : $port
    $at = @{ Server = '127.0.0.1'; Port = $port; Database = $database; SslMode = 'Disable' }
    $script:credential = $word ? [pscredential]::new($user, [System.Net.NetworkCredential]::new('', $word).SecurePassword) : $null

    # Lines of a script that opens the database's journal.
    $opening = @"
`$ErrorActionPreference = 'Stop'
Import-Module '$ModulePath'
`$credential = [pscredential]::new('$user', [System.Net.NetworkCredential]::new('', [Console]::In.ReadLine()).SecurePassword)
`$null = Open-PbxJournal -Server 127.0.0.1 -Port $port -Database $database -SslMode Disable -Credential `$credential
"@

    # A process that runs lines after those.
    function Start-Worker {
        param([string] $Line)

        $file = Join-Path $TestDrive "$(New-Guid).ps1"
        Set-Content $file "$opening`n$Line"
        $start = [System.Diagnostics.ProcessStartInfo]::new($Pwsh, [string[]]('-NoProfile', '-NonInteractive', '-File', $file))
        $start.RedirectStandardInput = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $process.StandardInput.WriteLine($word)
        $process.StandardInput.Close()
        $process
    }
}

AfterAll {
    $server.StandardInput.Close()
    if (-not $server.WaitForExit(20000)) { $server.Kill() }
}

Describe 'A journal in a database' {
    BeforeEach {
        if ($missing) { Set-ItResult -Skipped -Because $missing }
        $env:STATE_DIRECTORY = Join-Path $TestDrive 'state'
    }

    AfterEach {
        Close-Bench
        $env:STATE_DIRECTORY = $null
    }

    It 'is opened by server and database, and its library is loaded apart' {
        $lines = & $Pwsh -NoProfile -NonInteractive -Command @"
Import-Module '$ModulePath'
`$credential = [pscredential]::new('$user', [System.Net.NetworkCredential]::new('', '$word').SecurePassword)
`$journal = Open-PbxJournal -Server 127.0.0.1 -Port $port -Database $database -SslMode Disable -Credential `$credential
"`$journal `$(`$journal.Path) `$(`$journal.IsOpen)"
`$context = [System.Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ 'PbxEvents parts'
`$context.Assemblies.GetName().Name -contains 'Npgsql'
@([System.Runtime.Loader.AssemblyLoadContext]::Default.Assemblies.GetName().Name) -match 'Npgsql|SQLite'
"@
        $lines | Should -Be "$database 127.0.0.1:$port/$database True", 'True'
    }

    It 'warns when the server is not proven, but not on this machine' {
        $null = Open-PbxJournal @at -Credential $credential -WarningVariable quiet -WarningAction SilentlyContinue
        $quiet | Should -BeNullOrEmpty
        $other = $at + @{ Name = 'other'; Credential = $credential }
        $other.Server = 'localhost'
        $null = Open-PbxJournal @other -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeLike '*-SslMode Disable*localhost*'
    }

    It 'refuses <Name> with <Id>' -ForEach @(
        @{ Name = 'a wrong password'; Id = 'CredentialRefused'; With = @{ Credential = [pscredential]::new('keeper', [System.Net.NetworkCredential]::new('', 'wrong').SecurePassword) } }
        @{ Name = 'a port where nothing listens'; Id = 'ConnectionRefused'; With = @{ Port = 9 } }
        @{ Name = 'a server without encryption'; Id = 'TlsNotOffered'; With = @{ SslMode = 'VerifyFull' } }
    ) {
        $arguments = $at + @{ Credential = $credential }
        foreach ($key in $With.Keys) { $arguments[$key] = $With[$key] }
        { Open-PbxJournal @arguments } | Should -Throw -ErrorId "$Id,*"
    }

    It 'keeps events, reactions and dead letters, and all cmdlets work on it by its name' {
        $journal = Open-PbxJournal @at -Credential $credential -Name shared
        $null = Start-PbxSimulator TelecomX | Connect-PbxEvents -Name single
        $null = Register-PbxSubscription Call
        $null = Register-PbxReaction failing -Outcome Missed -MaxAttempts 1 { throw 'no' }
        $call = Invoke-PbxSimulation Missed -Pace 0
        Wait-PbxReaction -UntilIdle -Timeout $Patience
        Get-PbxEvent -Journal shared -CallId $call.CallId -Outcome Missed | Should -Not -BeNullOrEmpty
        $letter = Get-PbxDeadLetter failing
        $letter.Call.CallId | Should -Be $call.CallId
        $letter.Journal | Should -Be $journal.Path
        $reaction = Get-PbxReaction failing
        $reaction.State | Should -Be 'Running'
        $reaction.Workers.Process | Should -Be "$([Environment]::MachineName)/$PID"
        $reaction.Workers.Parts.Count | Should -Be 64
        ($reaction.Workers | Out-String) | Should -BeLike '*Process*Lag*Parts*'
        Get-PbxReaction failing | Get-PbxDeadLetter | Restart-PbxDeadLetter
        Wait-PbxReaction -UntilIdle -Timeout $Patience
        (Get-PbxDeadLetter failing).Attempts | Should -Be 1
        Suspend-PbxReaction failing
        (Get-PbxReaction failing).State | Should -Be 'Suspended'
        Unregister-PbxReaction failing
        Get-PbxDeadLetter failing | Remove-PbxDeadLetter -Confirm:$false
        Wait-Until { try { Remove-PbxReaction failing -Confirm:$false -ErrorAction Stop; $true } catch { $false } }
        Get-PbxReaction | Where-Object Name -EQ failing | Should -BeNullOrEmpty
    }

    It 'is worked on by processes without a connection, each call once and whatever ends one of them' {
        $folder = (New-Item (Join-Path $TestDrive "$(New-Guid)") -ItemType Directory).FullName
        $work = @"
`$null = Register-PbxReaction tickets -StartAt Oldest -Outcome Missed -Connection crowd -Concurrency 2 {
    `$null = New-Item (Join-Path '$folder' "`$(`$_.CallId).`$(New-Guid)")
}
Wait-PbxReaction
"@
        $null = Open-PbxJournal @at -Credential $credential
        $null = Start-PbxSimulator TelecomX | Connect-PbxEvents -Name crowd
        $null = Register-PbxSubscription Call
        $workers = @(Start-Worker $work; Start-Worker $work)
        try {
            Wait-Until { "$((Get-PbxReaction).Where({ $_.Name -eq 'tickets' }).Workers.ForEach({ $_.Parts.Count }))" -eq '32 32' } -Seconds 60
            (Get-PbxReaction tickets).State | Should -Be 'Elsewhere'
            $calls = @(Invoke-PbxSimulation Missed -Count 20 -Pace 0)
            $workers[0].Kill()
            $calls += @(Invoke-PbxSimulation Missed -Count 20 -Pace 0)
            Wait-Until { @(Get-ChildItem $folder).BaseName | Sort-Object -Unique | Measure-Object | ForEach-Object Count | ForEach-Object { $_ -ge 40 } } -Seconds 60
            Wait-Until { $now = Get-PbxReaction tickets; $now.Lag -eq 0 -and $now.Busy + $now.Waiting + $now.Retrying -eq 0 }
            $filed = @(Get-ChildItem $folder).BaseName | Group-Object
            $filed.Name | Sort-Object | Should -Be ($calls.CallId | Sort-Object)

            # What ran when the one was ended ran again: no more than it had at once.
            ($filed | Measure-Object Count -Sum).Sum | Should -BeLessOrEqual 42
            Wait-Until { (Get-PbxReaction tickets).Workers.Process -eq "$([Environment]::MachineName)/$($workers[1].Id)" }
        }
        finally {
            $workers | Where-Object HasExited -EQ $false | ForEach-Object Kill
        }
    }

    It 'loses nothing while the database is away, and a listener starts without it' {
        $null = Open-PbxJournal @at -Credential $credential -Name shared
        $simulator = Start-PbxSimulator TelecomX
        $null = $simulator | Connect-PbxEvents -Name away
        $null = Register-PbxSubscription Call
        $calls = @(Invoke-PbxSimulation Missed -Pace 0)
        Wait-Until { (Get-PbxJournal shared).Behind -eq 0 }
        $server.StandardInput.WriteLine('kill')
        $server.StandardOutput.ReadLine() | Should -Be 'kill'
        $calls += @(Invoke-PbxSimulation Missed -Pace 0)
        Wait-Until { $journal = Get-PbxJournal shared; $journal.Behind -gt 0 -and $journal.LastError }
        Get-PbxConnection | Disconnect-PbxEvents -Confirm:$false
        Get-PbxJournal | Close-PbxJournal -Confirm:$false

        $journal = Open-PbxJournal @at -Credential $credential -Name shared -WarningVariable warned -WarningAction SilentlyContinue
        $warned | Should -BeLike '*cannot be reached*'
        $null = $simulator | Connect-PbxEvents -Name away
        $null = Register-PbxSubscription Call
        $calls += @(Invoke-PbxSimulation Missed -Pace 0)
        $null = Wait-PbxCall -Call $calls[-1].CallId -State Ended -Timeout $Patience
        $server.StandardInput.WriteLine('start')
        $server.StandardOutput.ReadLine() | Should -Be 'start'
        Wait-Until { $journal.Behind -eq 0 -and -not $journal.LastError }
        $ended = Get-PbxEvent -Journal shared -Outcome Missed -Connection away
        $ended.CallId | Select-Object -Unique | Should -Be $calls.CallId
    }

    It 'has a standby that takes over, and each missed call is filed once' -Skip:$IsWindows {
        $folder = (New-Item (Join-Path $TestDrive "$(New-Guid)") -ItemType Directory).FullName
        $tickets = (New-Item "$folder/tickets" -ItemType Directory).FullName
        $simulator = Start-PbxSimulator TelecomX
        $simulator.Credential | Export-Clixml "$folder/login.xml"
        function Start-Standby([string] $Name) {
            $env:STATE_DIRECTORY = "$folder/$Name"
            Start-Worker @"
Connect-PbxEvents TelecomX '$($simulator.Server)' -Credential (Import-Clixml '$folder/login.xml') -Name duty -Standby -WarningVariable told 3> '$folder/$Name.told'
`$null = Register-PbxSubscription Call
`$null = New-Item '$folder/$Name.ready'
Wait-PbxReaction
"@
        }
        $null = Open-PbxJournal @at -Credential $credential
        $null = Register-PbxReaction duty -StartAt Oldest -Outcome Missed -Connection duty {
            $null = New-Item (Join-Path $using:tickets "$($_.CallId).$(New-Guid)")
        }
        $left = Start-Standby left
        $right = $null
        try {
            Wait-Until { Test-Path "$folder/left.ready" } -Seconds 60
            $right = Start-Standby right
            Wait-Until { (Get-Content "$folder/right.told" -Raw -ErrorAction Ignore) -like "*/$($left.Id) has the connection*" } -Seconds 60
            $calls = @(Invoke-PbxSimulation Missed -Simulator $simulator -Count 3 -Pace 0)
            Wait-Until { @(Get-ChildItem $tickets).Count -ge 3 }
            $left.Kill()
            $calls += @(Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0)
            Wait-Until { Test-Path "$folder/right.ready" } -Seconds 60
            $calls += @(Invoke-PbxSimulation Missed -Simulator $simulator -Count 3 -Pace 0)
            # One of them is told by its record, a minute after the takeover.
            Wait-Until { @(Get-ChildItem $tickets).Count -ge 7 } -Seconds 150
            Wait-PbxReaction -UntilIdle -Timeout $Patience

            # What nobody heard has the id of its record.
            $filed = @(Get-ChildItem $tickets).BaseName
            $filed | Should -HaveCount 7
            $filed -notlike 'cdr*' | Sort-Object | Should -Be ($calls.Where({ $_ -ne $calls[3] }).CallId | Sort-Object)
            $filed -like 'cdr*' | Should -HaveCount 1
            @(Get-PbxEvent -Journal $database -Connection duty | Where-Object Gap).Count | Should -BeGreaterThan 0
        }
        finally {
            $left, $right | Where-Object { $_ -and -not $_.HasExited } | ForEach-Object Kill
        }
    }

    It 'refuses -Standby <Name>' -ForEach @(
        @{ Name = 'without a journal'; Id = 'StandbyWithoutJournal'; Line = { Start-PbxSimulator TelecomX | Connect-PbxEvents -Standby } }
        @{ Name = 'with a journal in a file'; Id = 'InvalidOption'; Line = { $null = Open-PbxJournal "$TestDrive/file.db"; Start-PbxSimulator TelecomX | Connect-PbxEvents -Standby } }
        @{ Name = 'with -NoJournal'; Id = 'StandbyUnwanted'; Line = { Start-PbxSimulator TelecomX | Connect-PbxEvents -Standby -NoJournal } }
    ) {
        $Line | Should -Throw -ErrorId "$Id,*"
    }
}

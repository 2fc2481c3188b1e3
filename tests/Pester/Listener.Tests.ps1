BeforeAll {
    . ([System.IO.Path]::Combine($PSScriptRoot, 'Support.ps1'))

    $connections = "Connections = @( @{ Name = 'a'; Provider = 'TelecomX' } )"
    $subscriptions = "Subscriptions = @{ Category = 'Call' }"

    # What is wrong with a file, as the errors say it, without the file's name.
    function Get-Mistake {
        param([string[]] $Line)

        Set-Content "$TestDrive/file.psd1" $Line
        $ErrorActionPreference = 'Continue'
        $mistakes = $null
        try { Start-PbxListener "$TestDrive/file.psd1" -WhatIf -ErrorAction SilentlyContinue -ErrorVariable mistakes }
        catch { $_.FullyQualifiedErrorId | Should -BeLike 'InvalidOption,*' }
        $mistakes | Where-Object FullyQualifiedErrorId -Like 'ListenerMistake,*' | ForEach-Object { "$_" -replace '^file.psd1, line ' }
    }
}

Describe 'A listener file' {
    It 'that is whole has no mistakes, and -WhatIf opens nothing' {
        Get-Mistake @(
            '@{'
            "Wait = @{ LogPath = 'x.log' }"
            "Alerts = @( @{ Name = 'down'; MaxDowntime = '0:10'; Notify = 'team' } )"
            'Reactions = @('
            "  @{ Name = 'one'; Outcome = 'Missed', 'Abandoned'; Action = { `$_ } }"
            "  @{ Name = 'two'; Unreached = `$true; Notify = 'TEAM'; Text = '{Call.From}' }"
            "  @{ Name = 'three'; FilePath = './x.ps1'; RetryDelay = '0:0:5'; MaxAttempts = 3 }"
            ')'
            "Notifiers = @{ Name = 'team'; Teams = `$true; SecretName = 'hook' }"
            $subscriptions
            $connections
            "Journal = @{ Path = 'x.db' }"
            '}'
        ) | Should -BeNullOrEmpty
        Get-PbxConnection | Should -BeNullOrEmpty
        Test-Path "$TestDrive/x.db" | Should -BeFalse
    }

    It 'with <Text> says <Mistake>' -ForEach @(
        @{ Text = "'text'"; Mistake = '1: The file contains no table*' }
        @{ Text = 'Get-Date; @{ }'; Mistake = '1: The file contains no table*' }
        @{ Text = '@{ Conections = @() }'; Mistake = "1, Conections: There is no section 'Conections'*" }
        @{ Text = '@{ Connections = 7 }'; Mistake = '1, Connections`[0`]: Connections is a list of tables*' }
        @{ Text = '@{ Connections = Get-Date }'; Mistake = '1, Connections: Connections is a list of tables*' }
        @{ Text = "@{ Journal = @( @{ Path = 'a' }, @{ Path = 'b' } ) }"; Mistake = '1, Journal: Journal is one table*' }
        @{ Text = '@{ Journal = @{ Path = $(Get-Date) } }'; Mistake = '1, Journal.Path: This is code*' }
        @{ Text = '@{ Journal = @{ Path = "$env:HOME/x" } }'; Mistake = '1, Journal.Path: This is code*' }
        @{ Text = '@{ Journal = @{ (Get-Date) = 1 } }'; Mistake = '1, Journal: A key must be a plain word*' }
        @{ Text = "@{ Journal = @{ Path = 'a'"; Mistake = "1: *'}'*" }
        @{ Text = "@{ Journal = @{ Path = 'a'; Path = 'b' } }"; Mistake = '1: Duplicate keys*' }
    ) {
        @(Get-Mistake $Text)[0] | Should -BeLike $Mistake
    }

    It 'tells the line and the key of <Connection>' -ForEach @(
        @{ Connection = "@{ Providr = 'TelecomX'; Server = 'a' }"; Mistake = '3, Connections`[0`].Providr: Connect-PbxEvents has no such parameter that can be used here. Possible: Provider.' }
        @{ Connection = "@{ Provider = 'TelecomX'; Timeout = 'soon' }"; Mistake = '3, Connections`[0`].Timeout: *soon*' }
        @{ Connection = "@{ Provider = 'TelecomX'; Credential = 7 }"; Mistake = '3, Connections`[0`].Credential: This must be the name of a secret*' }
        @{ Connection = "@{ Provider = 'TelecomX'; Sandbox = 'yes' }"; Mistake = '3, Connections`[0`].Sandbox: This must be $true or $false.' }
        @{ Connection = "@{ Provider = 'TelecomX'; Server = { code } }"; Mistake = '3, Connections`[0`].Server: This must be a value, not code.' }
        @{ Connection = "@{ Server = 'a' }"; Mistake = '3, Connections`[0`]: It is incomplete: Provider is missing.' }
        @{ Connection = "@{ Provider = 'TelecomX'; Journal = 'a' }"; Mistake = '3, Connections`[0`].Journal: Connect-PbxEvents has no such parameter*' }
    ) {
        @(Get-Mistake '@{', $subscriptions, "Connections = @( $Connection )", '}')[0] | Should -BeLike $Mistake
    }

    It 'says what makes no sense in <Reaction>' -ForEach @(
        @{ Reaction = "@{ Name = 'x'; Outcome = 'Missd'; Action = { } }"; Mistake = "2, Reactions``[0``].Outcome: 'Missd' is not one of Answered, Missed*" }
        @{ Reaction = "@{ Name = 'x' }"; Mistake = '2, Reactions`[0`]: It is incomplete: Action or FilePath is missing.' }
        @{ Reaction = "@{ Name = 'x'; Action = { }; FilePath = 'a.ps1' }"; Mistake = '2, Reactions`[0`]: These keys cannot be combined.' }
        @{ Reaction = "@{ Name = 'x'; Action = 'text' }"; Mistake = '2, Reactions`[0`].Action: This must be code*' }
        @{ Reaction = "@{ Name = 'x'; Notify = 'team'; Text = 'a'; Action = { } }"; Mistake = '2, Reactions`[0`]: It has both Notify and Action*' }
        @{ Reaction = "@{ Name = 'x'; Notify = 'nobody'; Text = 'a' }"; Mistake = "2, Reactions``[0``].Notify: There is no notifier 'nobody' in the file. It has team." }
        @{ Reaction = "@{ Name = 'x'; Notify = 'team' }"; Mistake = '2, Reactions`[0`]: It is incomplete: Text is missing.' }
        @{ Reaction = "@{ Name = 'x'; Text = 'a'; Action = { } }"; Mistake = '2, Reactions`[0`].Text: It says what to send, but not to whom*' }
        @{ Reaction = "@{ Name = 'x'; Action = { } }, @{ Name = 'X'; Action = { } }"; Mistake = "2, Reactions``[1``]: The name 'x' is already used on line 2." }
    ) {
        $team = "Notifiers = @( @{ Name = 'team'; Slack = `$true; SecretName = 's' } ); Journal = @{ Path = 'a' };"
        @(Get-Mistake '@{', "Reactions = @( $Reaction )", "$team $connections;", $subscriptions, '}') -like $Mistake | Should -HaveCount 1
    }

    It 'needs connections, subscriptions, and a journal for reactions; all is told at once' {
        Get-Mistake "@{ Reactions = @{ Name = 'x'; Action = { } } }" | ForEach-Object { ($_ -split ':')[0] } | Sort-Object |
            Should -Be '1, Connections', '1, Reactions[0]', '1, Subscriptions'
    }

    It 'that is not there is refused by name' {
        { Start-PbxListener "$TestDrive/nosuch.psd1" } | Should -Throw '*nosuch.psd1*' -ErrorId 'ListenerFileNotFound,*'
    }

    It 'that comes with the module is whole, and is found by Get-PbxExample' {
        $example = Get-PbxExample listener
        $example.Synopsis | Should -BeLike 'A listener without a script*'
        Start-PbxListener $example.Path -WhatIf
        $tests = Test-PbxListener $example.Path
        $tests.Reaction | Select-Object -Unique | Should -Be missed
        "$($tests[0].Output)" | Should -BeLike 'helpdesk: Caller reached nobody: +4511111111*called +4522222222*'
        @($tests.Error) -ne $null | Should -BeNullOrEmpty
    }
}

Describe 'A listener file that is tried' {
    It 'runs each action on what fits, on simulators, with nothing of this session' {
        Set-Content "$TestDrive/try.psd1" @'
@{
    Journal       = @{ Path = 'never.db' }
    Connections   = @(
        @{ Name = 'x'; Provider = 'TelecomX'; Credential = 'nobody asks' }
        @{ Name = 'y'; Provider = 'Yeastar'; Server = 'nowhere.example.com' }
    )
    Subscriptions = @{ Category = 'Call', 'Queue' }
    Alerts        = @{ Name = 'trouble'; MaxDowntime = '0:1'; Action = { 'alert' } }
    Reactions     = @(
        @{ Name = 'both'; Outcome = 'Missed'; Action = { "$($_.Connection): $WhatIfPreference" } }
        @{ Name = 'yours'; Connection = 'y'; Queue = '6500'; Unreached = $true; Action = { $_.Call.Queue } }
        @{ Name = 'fails'; Outcome = 'Answered'; Connection = 'x'; Action = { throw 'no desk' } }
        @{ Name = 'nobody'; Outcome = 'Missed'; From = '+1*'; Action = { 'never' } }
        @{ Name = 'slip'; Outcome = 'Missed'; Notify = 'team'; Text = '{Call.Form}' }
    )
    Notifiers     = @( @{ Name = 'team'; Webhook = $true; Uri = 'https://nowhere.example.com' } )
}
'@
        $tests = Test-PbxListener "$TestDrive/try.psd1" -MaxEvents 1000 -WarningVariable warnings -WarningAction SilentlyContinue
        ($tests | Where-Object Reaction -EQ both).Output | Sort-Object -Unique | Should -Be 'x: True', 'y: True'
        ($tests | Where-Object Reaction -EQ yours).Output | Select-Object -Unique | Should -Be '6500'
        ($tests | Where-Object Reaction -EQ fails).Error | Select-Object -Unique | Should -Be 'no desk'
        ($tests | Where-Object Reaction -EQ slip)[0].Error | Should -BeLike '*Call.Form*'
        "$warnings" | Should -BeLike "*'nobody'*"
        $tests.Reaction | Should -Not -Contain trouble
        Get-PbxConnection | Should -BeNullOrEmpty
        Get-PbxJournal | Should -BeNullOrEmpty
        Test-Path "$TestDrive/never.db" | Should -BeFalse
    }

    It 'names the place of what cannot be done' {
        Set-Content "$TestDrive/place.psd1" "@{", "Connections = @{ Provider = 'OneCloud' }", "Subscriptions = @{ Category = 'Call' }", '}'
        $said = try { Test-PbxListener "$TestDrive/place.psd1" } catch { "$_" }
        $said | Should -BeLike 'place.psd1, line 3, Subscriptions?0?: OneCloud provides*'
    }
}

Describe 'A listener from a file' {
    BeforeAll {
        $path = $env:PSModulePath
        $simulator = Start-PbxSimulator TelecomX
        New-Vault @{ desk = $simulator.Credential; text = [System.Net.NetworkCredential]::new('', 'only').SecurePassword }
    }

    AfterAll {
        Close-Bench
        $env:PSModulePath = $path
        Remove-Module FakeVault -ErrorAction Ignore
    }

    It 'connects with what the vault has, reacts, tells alerts, and closes all when it ends' -Skip:$IsWindows {
        Set-Content "$TestDrive/run.psd1" @"
@{
    Journal       = @{ Path = 'run.db' }
    Connections   = @{ Name = 'desk'; Provider = 'TelecomX'; Server = '$($simulator.Server)'; Credential = 'desk' }
    Subscriptions = @{ Category = 'Call' }
    Reactions     = @{ Name = 'tickets'; Outcome = 'Missed'; Action = { "ticket `$(`$_.Call.From)" } }
    Alerts        = @{ Name = 'down'; MaxDowntime = '0:0:0.5'; Action = { "alert `$(`$_.Source) `$(`$_.IsOver)" } }
    Wait          = @{ LogPath = 'run.log' }
}
"@
        Set-Content "$TestDrive/run.ps1" @"
Import-Module '$((Get-Module PbxEvents).Path)'
Start-PbxListener '$TestDrive/run.psd1'
"after: `$(@(Get-PbxConnection).Count) `$(@(Get-PbxJournal).Count) `$(@(Get-PbxAlert).Count)"
"@
        $process = Start-Process "$PSHOME/pwsh" -ArgumentList '-NoProfile', '-NonInteractive', '-File', "$TestDrive/run.ps1" -PassThru -RedirectStandardOutput "$TestDrive/run.out" -RedirectStandardError "$TestDrive/run.err"
        try {
            Wait-Until { (Get-Content "$TestDrive/run.log" -Raw -ErrorAction Ignore) -like '*Listening*' } 'the listener'
            $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
            Wait-Until { (Get-Content "$TestDrive/run.out" -Raw) -like '*ticket*' } 'the ticket'
            $null = Invoke-PbxSimulation -Simulator $simulator -Fault Refuse -FaultDuration 3
            $null = Invoke-PbxSimulation -Simulator $simulator -Fault Drop
            Wait-Until { (Get-Content "$TestDrive/run.out" -Raw) -like '*alert desk True*' } 'the end of the trouble'
            /bin/kill -TERM $process.Id
            Wait-Until { $process.HasExited } 'its end'
            Get-Content "$TestDrive/run.out" | Should -Be 'ticket +4511111111', 'alert desk False', 'alert desk True', 'after: 0 0 0'
            Get-Content "$TestDrive/run.err" | Should -BeNullOrEmpty
            Wait-Until { $simulator.LinkCount -eq 0 } 'the end of its link'
        }
        finally {
            if (-not $process.HasExited) { $process.Kill() }
        }
    }

    It 'ends with the exit code of a refused password after one try, as a service, and its log has the place' {
        Set-Content "$TestDrive/wrong.psd1" @"
@{
    Connections   = @{ Name = 'desk'; Provider = 'TelecomX'; Server = '$($simulator.Server)'; Credential = 'wrong' }
    Subscriptions = @{ Category = 'Call' }
}
"@
        New-Vault @{ wrong = [pscredential]::new($simulator.Credential.UserName, [System.Net.NetworkCredential]::new('', 'wrong').SecurePassword) }
        $before = @($simulator.Log.Entries | Where-Object Kind -EQ Login).Count
        $runner = Join-Path (Split-Path (Get-Module PbxEvents).Path) 'RunService.ps1'
        $said = & "$PSHOME/pwsh" -NoProfile -NonInteractive -File $runner -FilePath "$TestDrive/wrong.psd1" 2>&1
        $LASTEXITCODE | Should -Be 77
        "$said" | Should -BeLike '*wrong.psd1, line 2, Connections?0?:*'
        @($simulator.Log.Entries | Where-Object Kind -EQ Login).Count - $before | Should -BeLessOrEqual 1
    }

    It 'ends with the exit code of a wrong configuration when the file has a mistake' {
        Set-Content "$TestDrive/mistake.psd1" '@{ Connections = 7 }'
        $runner = Join-Path (Split-Path (Get-Module PbxEvents).Path) 'RunService.ps1'
        $said = & "$PSHOME/pwsh" -NoProfile -NonInteractive -File $runner -FilePath "$TestDrive/mistake.psd1" 2>&1
        $LASTEXITCODE | Should -Be 78
        "$said" | Should -BeLike '*mistake.psd1, line 1, Connections?0?: Connections is a list of tables*'
    }

    It 'asks for a user where the vault has only a text' {
        Set-Content "$TestDrive/text.psd1" "@{ Connections = @{ Provider = 'TelecomX'; Credential = 'text' }; Subscriptions = @{ Category = 'Call' } }"
        New-Vault @{ text = [System.Net.NetworkCredential]::new('', 'only').SecurePassword }
        { Start-PbxListener "$TestDrive/text.psd1" } | Should -Throw "*The secret 'text' is only text*"
    }
}

Describe 'An alert' {
    BeforeEach {
        $null = Connect-Bench -Connection @{ Name = 'desk' } -PassThru
    }

    AfterEach {
        Close-Bench
    }

    It 'is told when a link is down and when it is over, and again after its action has failed' {
        $told = "$TestDrive/told.txt"
        $alert = Register-PbxAlert down -MaxDowntime 0:0:0.5 -MinInterval 0 { Add-Content $using:told "$($Delivery.Attempt) $($_.IsOver) $($_.Kind) $($_.Source)" }
        $alert.Name | Should -Be down
        $null = Invoke-PbxSimulation -Fault Refuse -FaultDuration 2
        $null = Invoke-PbxSimulation -Fault Drop
        Wait-Until { @(Get-Content $told -ErrorAction Ignore).Count -eq 2 } 'both notices' -Seconds 30
        Get-Content $told | Should -Be '1 False LinkDown desk', '1 True LinkDown desk'
        (Get-PbxAlert down).Told | Should -Be 2
        (Get-PbxAlert).Active | Should -BeNullOrEmpty
        Unregister-PbxAlert *
        Get-PbxAlert | Should -BeNullOrEmpty
    }

    It 'whose action fails says why, and is tried again' {
        $null = Register-PbxAlert quiet -MaxSilence 0:0:0.1 { if ($Delivery.Attempt -eq 1) { throw 'the phone is engaged' }; 'told' }
        Wait-Until { (Get-PbxAlert quiet).LastError } 'its failure'
        $alert = Get-PbxAlert quiet
        $alert.LastError | Should -Be 'the phone is engaged'
        $alert.Waiting | Should -BeGreaterThan 0
    }

    It 'refuses <Name>' -ForEach @(
        @{ Name = 'to watch for nothing'; Id = 'AlertForNothing'; Line = { Register-PbxAlert x { } } }
        @{ Name = 'a name twice'; Id = 'AlertNameInUse'; Line = { $null = Register-PbxAlert x -MaxLag 1 { }; Register-PbxAlert x -MaxLag 1 { } } }
        @{ Name = 'a negative time'; Id = 'BadTimeSpan'; Line = { Register-PbxAlert y -MaxDowntime -1 { } } }
        @{ Name = 'a name that is not there'; Id = 'NoAlert'; Line = { Get-PbxAlert nosuch -ErrorAction Stop } }
    ) {
        $Line | Should -Throw -ErrorId "$Id,*"
        Unregister-PbxAlert *
    }
}

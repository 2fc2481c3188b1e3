BeforeDiscovery {
    $isRoot = $IsLinux -and (id -u) -eq 0
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Unit.ps1
    $isRoot = $IsLinux -and (id -u) -eq 0

    # The lines of a script that connects to a simulator.
    function Get-ConnectLine {
        param($Simulator, [string] $Folder, [switch] $Refused)

        $login = Join-Path $Folder "$(New-Guid).xml"
        $credential = $Refused ? [pscredential]::new($Simulator.Credential.UserName, (Protect-Text 'wrong')) : $Simulator.Credential
        $credential | Export-Clixml $login
        chmod 644 $login
        "`$null = Connect-PbxEvents TelecomX '$($Simulator.Server)' -Name desk -Credential (Import-Clixml '$login')"
    }
}

Describe 'Install-PbxService' {
    BeforeAll {
        $odd = Join-Path $TestDrive 'a "b" 5%$x.ps1'
        Set-Content $odd ''
    }

    It 'shows what it would install with -WhatIf, as a <Kind>, and writes nothing' -ForEach @(@{ Kind = 'Systemd' }, @{ Kind = 'ScheduledTask' }) {
        $folder = (New-Item -ItemType Directory "$TestDrive/whatif-$Kind").FullName
        $service = Install-PbxService tickets $odd -User pbxevents -Kind $Kind -Folder $folder -WhatIf
        Get-ChildItem $folder | Should -BeNullOrEmpty
        "$($service.Name) $($service.State) $($service.FilePath) $($service.User)" | Should -Be "tickets NotInstalled $odd pbxevents"
        $shown = & $Pwsh -NoProfile -NonInteractive -Command "Import-Module '$ModulePath'; Set-Location '$TestDrive'
            `$null = Install-PbxService tickets '$odd' -User pbxevents -Kind $Kind -Folder '$folder' -WhatIf" | Out-String
        if ($Kind -eq 'Systemd') {
            $service.Definition | Should -Match '(?m)^User=pbxevents$'
            (Get-Word $service.Definition)[-1] | Should -Be $odd
            $shown | Should -BeLike '*What if: *ExecStart=*'
        }
        else {
            $task = [xml]$service.Definition
            $task.Task.Principals.Principal.UserId | Should -Be 'pbxevents'
            $task.Task.Actions.Exec.Arguments | Should -BeLike '*RunService.ps1" "-FilePath" "*a \"b\" 5%$x.ps1" -Supervise'
            $shown | Should -BeLike '*What if: *<BootTrigger>*'
        }
    }

    It 'writes into another folder, where Get-PbxService finds it and Uninstall-PbxService removes it, as a <Kind>' -ForEach @(
        @{ Kind = 'Systemd' }, @{ Kind = 'ScheduledTask' }
    ) {
        $where = @{ Kind = $Kind; Folder = (New-Item -ItemType Directory "$TestDrive/folder-$Kind").FullName }
        Push-Location $TestDrive
        $service = Install-PbxService first './a "b" 5%$x.ps1' -User pbxevents @where
        Pop-Location
        Get-Content $service.Path -Raw | Should -Be $service.Definition
        $null = Install-PbxService second $odd -User other @where
        (Get-PbxService @where).Name | Should -Be 'first', 'second'
        $found = Get-PbxService fir* @where
        "$($found.FilePath) $($found.User) $($found.State)" | Should -Be "$odd pbxevents NotInstalled"
        Get-PbxService first @where | Uninstall-PbxService @where -WhatIf
        (Get-PbxService @where).Name | Should -Be 'first', 'second'
        Get-PbxService first @where | Uninstall-PbxService @where -Confirm:$false
        (Get-PbxService @where).Name | Should -Be 'second'
        (Get-ErrorRecord { Uninstall-PbxService first @where -Confirm:$false }).FullyQualifiedErrorId | Should -BeLike 'NoService,*'
        Uninstall-PbxService * @where -Confirm:$false
        Get-ChildItem $where.Folder | Should -BeNullOrEmpty
    }

    It 'says in words what it does not install: <Id>' -ForEach @(
        @{ Id = 'ScriptNotFound'; Line = { Install-PbxService x "$TestDrive/nosuch.ps1" -User pbx -Folder $TestDrive } }
        @{ Id = 'ParameterArgumentValidationError'; Line = { Install-PbxService '../x' $odd -User pbx -Folder $TestDrive } }
        @{ Id = 'ParameterArgumentValidationError'; Line = { Install-PbxService x $odd -User "a`nExecStartPre=/bin/x" -Folder $TestDrive } }
        @{ Id = 'ServiceFailed'; Line = { Install-PbxService x $odd -User pbx -Folder "$TestDrive/nosuch" } }
        @{ Id = 'ServiceFailed'; Line = { Set-Content "$TestDrive/x.service" '[Unit]'; Install-PbxService x $odd -User pbx -Kind Systemd -Folder $TestDrive } }
    ) {
        (Get-ErrorRecord $Line).FullyQualifiedErrorId | Should -BeLike "$Id,*"
    }

    It 'is not written for a user who cannot read its files' -Skip:(-not $isRoot) {
        $folder = (New-Item -ItemType Directory "$TestDrive/closed").FullName
        Set-Content "$folder/tickets.ps1" ''
        chmod 700 $folder
        $failure = Get-ErrorRecord { Install-PbxService tickets "$folder/tickets.ps1" -User nobody -Folder $folder }
        "$failure" | Should -BeLike "User 'nobody' cannot use '*', which the service needs."
        "$folder/tickets.service" | Should -Not -Exist
    }

    It 'writes a unit in which systemd finds no fault' -Skip:(-not (Get-Command systemd-analyze -CommandType Application -ErrorAction Ignore)) {
        $folder = (New-Item -ItemType Directory "$TestDrive/verify").FullName
        $service = Install-PbxService pbx-verify $odd -User (id -un) -Folder $folder
        # What an older systemd does not know it skips; in a folder of its own a unit is for any.
        $faults = systemd-analyze verify $service.Path 2>&1 | Where-Object { $_ -like '*pbx-verify*' -and $_ -notmatch "Unknown key (name )?'(RestartSteps|RestartMaxDelaySec)'" }
        $faults | Should -BeNullOrEmpty
    }
}

Describe 'A service' -Skip:(-not $IsLinux) {
    BeforeAll {
        $folder = (New-Item -ItemType Directory "$TestDrive/service").FullName
        chmod 777 $folder
    }

    BeforeEach {
        $simulator = Start-PbxSimulator TelecomX
        $run = $null
    }

    AfterEach {
        Close-Unit $run
        Stop-PbxSimulator -Simulator * -Confirm:$false
    }

    It 'is ready when it is subscribed, lives while its loops advance, files a ticket, logs what happens, and ends at SIGTERM<As>' -ForEach @(
        @{ As = ''; User = '' }
        @{ As = ', as another user'; User = 'nobody' }
    ) {
        if ($User -and -not $isRoot) { Set-ItResult -Skipped -Because 'only root can run it as another user'; return }
        $home1 = (New-Item -ItemType Directory "$folder/home$User").FullName
        chmod 777 $home1
        $program = $Pwsh
        if ($User) {
            # A PowerShell that everybody may run: this one may lie in a folder that is somebody's own.
            cp -r $PSHOME "$folder/pwsh"
            chmod -R a+rX "$folder/pwsh"
            $program = "$folder/pwsh/pwsh"
        }
        $script = "$folder/tickets$User.ps1"
        Set-Content $script "
            `$null = Open-PbxJournal `"`$env:STATE_DIRECTORY/journal.db`"
            $(Get-ConnectLine $simulator $folder)
            `$null = Register-PbxSubscription Call
            `$null = Register-PbxReaction tickets -Outcome Missed -MaxAttempts 1 {
                if (`$_.From -eq '+4599') { throw 'the desk is closed' }
                Set-Content `"`$env:STATE_DIRECTORY/ticket`" `"`$(id -un) `$(`$_.CallId)`"
            }
            Write-Warning 'begins'
            Wait-PbxReaction"
        $unit = & $program -NoProfile -NonInteractive -Command "Import-Module '$ModulePath'
            (Install-PbxService tickets$User '$script' -User $($User ? $User : (id -un)) -Folder '$folder').Definition" | Out-String
        $unit | Should -BeLike "*Type=notify*"
        $run = Open-Unit $unit $home1 -User $User -Abstract:(-not $User)
        Wait-Said $run 'READY=1'
        $simulator.Log.Entries.Kind | Should -Contain 'Subscribed'
        Wait-Said $run 'STATUS=desk Connected, *; tickets Running, 0 done, lag 0'
        Wait-Said $run 'WATCHDOG=1' -Count 3

        $call = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        Wait-Until { Test-Path "$home1/ticket" } 'the ticket'
        Wait-Until { "$(Get-Content "$home1/ticket")" -eq "$($User ? $User : (id -un)) $($call.CallId)" } 'its text'
        $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0 -From +4599
        Wait-Said $run 'STATUS=*1 dead letters'
        Invoke-PbxSimulation -Fault Restart -FaultDuration 4 -Simulator $simulator
        Wait-Said $run 'STATUS=desk Reconnecting*'
        Wait-Said $run 'STATUS=desk Connected*1 dead letters' -Count 2
        Start-Sleep 1
        Wait-UnitEnd $run
        Wait-Said $run 'STOPPING=1*'
        $run.Process.ExitCode | Should -Be 0 -Because "$($run.Output.Result) $($run.Errors.Result)"
        $output = $run.Output.Result
        $output | Should -Not -Match "`e" -Because 'nobody looks at colours'
        $time = '\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}'
        foreach ($line in @(
                '<6>T info    desk: Opening .*'
                '<6>T info    desk: Connected\.'
                '<4>T warning begins'
                '<6>T info    Listening\. desk Connected, .*'
                "<3>T error   .*tickets.*the desk is closed.*\(at .*line 6\)"
                '<4>T warning desk: Link lost: .*'
                '<4>T warning desk: Next attempt \(1\) in .*'
                '<4>T warning desk: Next attempt \(2\) in .*'
                '<4>T warning desk: Gap: .*'
                '<6>T info    Stopping; .*'
                '<6>T info    desk: Disconnected\.'
            )) {
            $output | Should -Match "(?m)^$($line.Replace('T ', "$time "))$"
        }
        $run.Errors.Result | Should -BeNullOrEmpty
    }

    It 'asks once with a refused password, and says by its exit code that asking again is no use' {
        $script = "$folder/refused.ps1"
        Set-Content $script "$(Get-ConnectLine $simulator $folder -Refused)
            `$null = Register-PbxSubscription Call
            Wait-PbxReaction"
        $unit = (Install-PbxService refused $script -User (id -un) -Folder $folder).Definition
        $run = Open-Unit $unit $folder
        Wait-Until { $run.Process.HasExited } 'its end' -Seconds 60
        $run.Process.ExitCode | Should -Be 77
        [regex]::Match($unit, '(?m)^RestartPreventExitStatus=(.*)$').Groups[1].Value -split ' ' | Should -Contain '77'
        $run.Output.Result | Should -Match '(?m)^<3>.* error   .*refused.*It is not restarted, because that would not help\.'
        $run.Output.Result | Should -Not -BeLike '*wrong*'
        @($simulator.Log.Entries | Where-Object Kind -EQ 'AuthenticationRefused') | Should -HaveCount 1
    }

    It 'ends with <Code> for <What>' -ForEach @(
        @{ What = 'a script with a mistake'; Code = 78; Text = 'if (' }
        @{ What = 'a command that is not there'; Code = 78; Text = 'Connect-Nothing' }
        @{ What = 'a wrong option'; Code = 78; Text = 'Connect-PbxEvents TelecomX 127.0.0.1' }
        @{ What = 'a server that is not there'; Code = 1; Text = 'Connect-PbxEvents TelecomX http://127.0.0.1:9 -Credential ([pscredential]::new("u", (ConvertTo-SecureString p -AsPlainText)))' }
        @{ What = 'an error of its own'; Code = 1; Text = 'throw "no desk"' }
        @{ What = 'a script that comes to its end'; Code = 0; Text = '"done"' }
    ) {
        $script = "$folder/code.ps1"
        Set-Content $script $Text
        $run = Open-Unit (Install-PbxService code $script -User (id -un) -Folder $folder).Definition $folder
        Wait-Until { $run.Process.HasExited } 'its end' -Seconds 60
        $run.Process.ExitCode | Should -Be $Code -Because $run.Output.Result
        $run.Errors.Result | Should -BeNullOrEmpty
        $run.Output.Result | Should -Match ($Code ? '(?m)^<3>.* error   ' : 'done')
    }

    It 'may be a listener whose subscription has the action' {
        $script = "$folder/plain.ps1"
        Set-Content $script "$(Get-ConnectLine $simulator $folder)
            `$null = Register-PbxSubscription Call -Action {
                if (`$_.Outcome -eq 'Missed') { Set-Content '$folder/plain.txt' `$_.CallId; throw 'afterwards' }
            }
            Wait-PbxReaction"
        $run = Open-Unit (Install-PbxService plain $script -User (id -un) -Folder $folder).Definition $folder
        Wait-Said $run 'READY=1'
        $call = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        Wait-Until { (Test-Path "$folder/plain.txt") -and (Get-Content "$folder/plain.txt") -eq $call.CallId } 'its action'
        Start-Sleep 1
        Wait-UnitEnd $run
        $run.Process.ExitCode | Should -Be 0
        $run.Output.Result | Should -Match '(?m)^<3>.* error   .*afterwards.*line 3'
    }

    It 'is started again by the launcher itself where the system does not, and not when that is no use' {
        $script = "$folder/again.ps1"
        Set-Content $script "Add-Content '$folder/again.txt' x
            if (@(Get-Content '$folder/again.txt').Count -lt 2) { throw 'for now' }
            Connect-PbxEvents TelecomX 127.0.0.1"
        $task = [xml](Install-PbxService again $script -User (id -un) -Folder $folder -Kind ScheduledTask).Definition
        $words = $task.Task.Actions.Exec.Arguments -replace '"' -split ' '
        & $task.Task.Actions.Exec.Command @words *> "$folder/again.log"
        $LASTEXITCODE | Should -Be 78
        Get-Content "$folder/again.txt" | Should -HaveCount 2
    }
}

Describe 'Wait-PbxReaction -LogPath' {
    AfterEach {
        Close-Bench
    }

    It 'writes what happens into a file for its owner only, from the connect on' {
        $bench = Connect-Bench -Connection @{ Name = 'desk' }
        $path = Join-Path $TestDrive 'wait.log'
        Invoke-PbxSimulation -Fault Drop
        Wait-Until { $bench.Connection.ReconnectCount -eq 1 -and $bench.Connection.State -eq 'Connected' }
        Wait-PbxReaction -LogPath $path -Timeout 1
        $log = Get-Content $path -Raw
        $log | Should -Match '(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} info    desk: Opening '
        $log | Should -Match '(?m)warning desk: Link lost: '
        $log | Should -Match '(?m)info    Listening\. desk Connected'
        if (-not $IsWindows) { (Get-Item $path).UnixFileMode | Should -Be 'UserWrite, UserRead' }
        (Get-ErrorRecord { Wait-PbxReaction -LogPath "$TestDrive/nosuch/wait.log" }).FullyQualifiedErrorId | Should -BeLike 'BadLogPath,*'
    }

    It 'ends with -UntilIdle when actions of subscriptions have done their work' {
        $bench = Connect-Bench -Type @()
        $null = Register-PbxSubscription Call -Connection $bench.Connection -Action { [System.Threading.Thread]::Sleep(100) }
        Suspend-PbxAction
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { (Get-PbxCall -State Ended).Count -eq 1 }
        Resume-PbxAction
        Wait-PbxReaction -UntilIdle -Timeout $Patience -ErrorAction Stop
        (Get-PbxSubscription).Delivered | Should -Be @(Get-PbxEvent Call).Count
    }
}

Describe 'Get-PbxExample' {
    It 'lists what ships, each with what it does' {
        $shipped = Get-PbxExample
        $shipped.Name | Should -Be (Get-ChildItem "$PSScriptRoot/../../examples" -File | Sort-Object Name -Culture '').BaseName
        foreach ($example in $shipped) {
            $example.Path | Should -Exist
            $example.Path | Should -BeLike "$(Split-Path $ModulePath)*"
            $example.Synopsis | Should -BeLike '*.'
        }
    }

    It 'finds by name' {
        (Get-PbxExample New-Missed*).Name | Should -Be 'New-MissedCallReport', 'New-MissedCallTicket'
        (Get-PbxExample Send-Page, Demo).Name | Should -Be 'Send-Page', 'Demo'
        Get-PbxExample Nothing* | Should -BeNullOrEmpty
        (Get-ErrorRecord { Get-PbxExample Nothing }).FullyQualifiedErrorId | Should -BeLike 'NoExample,*'
    }
}

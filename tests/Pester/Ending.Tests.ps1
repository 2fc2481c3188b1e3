BeforeDiscovery {
    $script:hasTerminal = $null -ne (Get-Command tmux -CommandType Application -ErrorAction Ignore)

    # Every cmdlet that can block, in a state in which it does. $pbx is a simulator, $silent takes connections and says nothing.
    $blocking = @(
        @{ Name = 'Connect-PbxEvents to a server that never answers'; Line = 'Connect-PbxEvents TelecomX $silent -Credential $pbx.Credential -Timeout 600' }
        @{ Name = 'Register-PbxSubscription'; Line = 'Invoke-PbxSimulation -Fault SilentSubscribe; Register-PbxSubscription Config' }
        @{ Name = 'Get-PbxEvent -Wait'; Line = 'Get-PbxEvent Voicemail -Wait' }
        @{ Name = 'Wait-PbxEvent'; Line = 'Wait-PbxEvent Voicemail' }
        @{ Name = 'Wait-PbxCall'; Line = 'Wait-PbxCall -Outcome Voicemail' }
        @{ Name = 'Send-PbxRequest'; Line = 'Send-PbxRequest CommunicatorGetStatus -To nobody -Timeout -1 -Confirm:$false' }
        @{ Name = 'Invoke-PbxSimulation'; Line = 'Invoke-PbxSimulation Missed -Pace 600000' }
        @{ Name = 'Watch-PbxCall'; Line = 'Watch-PbxCall' }
        @{ Name = 'Watch-PbxQueue'; Line = 'Watch-PbxQueue' }
        @{ Name = 'Disconnect-PbxEvents with a dead peer'; Line = 'Invoke-PbxSimulation -Fault HalfOpen; Disconnect-PbxEvents; Start-Sleep 600' }
    )
    $ways = @(
        @{ Name = 'reaches the end of its script'; Way = 'end' }
        @{ Name = 'calls exit, an action running'; Way = 'exit' }
        @{ Name = 'ends with an error'; Way = 'throw' }
        @{ Name = 'is asked to end (SIGTERM)'; Way = 'TERM' }
        @{ Name = 'loses its terminal (SIGHUP)'; Way = 'HUP' }
    )
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Terminal.ps1

    # Starts a PowerShell of its own that connects here, says 'ready', and waits. Its streams go to files.
    function Open-Connected {
        param(
            $Simulator,
            [string] $Then,
            [string] $More = ''
        )

        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive "$(New-Guid)")).FullName
        $key = Join-Path $folder 'key.xml'
        $login = $Simulator.Jwt ? @{ ClientCredential = $Simulator.ClientCredential; Jwt = $Simulator.Jwt } : @{ Credential = $Simulator.Credential }
        $login | Export-Clixml $key
        $script = Join-Path $folder 'connected.ps1'
        Set-Content $script "
            Import-Module '$ModulePath'
            `$login = Import-Clixml '$key'
            `$connection = Connect-PbxEvents $($Simulator.Provider) $($Simulator.Server) @login $More
            `$null = Register-PbxSubscription Call { if (`$busy) { [System.Threading.Thread]::Sleep(600000) } }
            Set-Content '$folder/ready' ''
            $Then"
        $start = @{
            FilePath               = $Pwsh
            ArgumentList           = '-NoProfile', '-NonInteractive', '-File', $script
            RedirectStandardOutput = Join-Path $folder 'output.txt'
            RedirectStandardError  = Join-Path $folder 'error.txt'
        }
        $process = Start-Process @start -PassThru
        Wait-Until { (Test-Path "$folder/ready") -or $process.HasExited } 'the connected process'
        if (-not (Test-Path "$folder/ready")) {
            throw "It ended before it was connected: $(Get-Content $start.RedirectStandardOutput, $start.RedirectStandardError)"
        }
        [pscustomobject]@{ Process = $process; Folder = $folder }
    }

    function Send-Signal {
        param([string] $Name, [int] $Id)

        /bin/kill "-$Name" $Id
    }
}

Describe 'Ctrl+C at a prompt' -Skip:(-not $hasTerminal) {
    BeforeAll {
        # Takes connections and never says a word.
        $listener = [System.Net.Sockets.TcpListener]::new([System.Net.IPAddress]::Loopback, 0)
        $listener.Start()
    }

    AfterAll {
        $listener.Stop()
    }

    It 'ends <Name> within 2 s' -ForEach $blocking {
        # A terminal of its own: one that sticks fails its own test and no other.
        $terminal = Open-Terminal
        try {
            Invoke-Line $terminal "Import-Module '$ModulePath'"
            Invoke-Line $terminal "`$silent = 'http://$($listener.LocalEndpoint)'"
            Invoke-Line $terminal '$pbx = Start-PbxSimulator TelecomX; $null = $pbx | Connect-PbxEvents'
            Invoke-Line $terminal '$null = Register-PbxSubscription Call; Clear-Host'
            $mark = Join-Path $TestDrive ([guid]::NewGuid().ToString('N'))
            Send-Line $terminal "Set-Content '$mark' ''; $Line; 'went-' + 'on'"
            Wait-Until { Test-Path $mark } 'the line'
            # It has to be in its wait, and nothing tells when it is.
            [System.Threading.Thread]::Sleep(1500)
            Send-Key $terminal C-c
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Wait-Until { (Get-Screen $terminal).TrimEnd() -match '(?m)^PS [^\n]*>\s*\z' } 'the prompt'
            $took = $watch.Elapsed.TotalSeconds
            Write-Host "      ($([math]::Round($took, 2)) s)"
            (Get-Screen $terminal) -match '(?m)^went-on' | Should -BeFalse -Because 'it was to be ended, not to come to its end'
            $took | Should -BeLessThan 2
            Invoke-Line $terminal '"alive"'
        }
        finally {
            Close-Terminal $terminal
        }
    }
}

Describe 'A process that <Name>' -ForEach $ways {
    It 'is gone within 2 s, and its connection with it' -Skip:($IsWindows -and $Way -in 'TERM', 'HUP') {
        $simulator = Start-PbxSimulator TelecomX
        try {
            $then = switch ($Way) {
                'end' { '' }
                'exit' { '$busy = $true; exit 3' }
                'throw' { 'throw "enough"' }
                default { 'while ($true) { $null = Wait-PbxEvent Voicemail }' }
            }
            # The process says when it is about to end, so that its start is not counted.
            $run = Open-Connected $simulator ("Set-Content `"`$PSScriptRoot/ending`" ([DateTime]::UtcNow.ToString('o'))`n$then")
            Wait-Until { (Test-Path "$($run.Folder)/ending") } 'its end'
            Wait-Until { (Get-Content "$($run.Folder)/ending" -Raw) } 'its time'
            if ($Way -in 'TERM', 'HUP') {
                Wait-Until { $simulator.LinkCount -eq 1 } 'the link'
                $begin = [DateTime]::UtcNow
                Send-Signal $Way $run.Process.Id
            }
            else {
                $begin = [DateTime]::Parse((Get-Content "$($run.Folder)/ending" -Raw).Trim(), $null, 'RoundtripKind')
            }
            Wait-Until { $run.Process.HasExited } 'its end'
            $took = ($run.Process.ExitTime.ToUniversalTime() - $begin).TotalSeconds
            Write-Host "      ($([math]::Round($took, 2)) s, exit code $($run.Process.ExitCode))"
            $took | Should -BeLessThan 2
            Wait-Until { $simulator.LinkCount -eq 0 } 'the server to see it go'
        }
        finally {
            if (-not $run.Process.HasExited) { $run.Process.Kill() }
            Stop-PbxSimulator -Simulator * -Confirm:$false
        }
    }
}

Describe 'A process that is killed while it works' -Skip:$IsWindows {
    It 'leaves whole lines, a whole state, and a server that sees it go; the next one goes on' {
        $simulator = Start-PbxSimulator RingCentral
        $files = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'killed')).FullName
        $more = "-TracePath '$files/trace.txt' -StatePath '$files/state.json'"
        try {
            foreach ($round in 1..3) {
                $run = Open-Connected $simulator 'while ($true) { $null = Wait-PbxCall -Outcome Missed }' $more
                Wait-Until { $simulator.LinkCount -eq 1 } 'the link'
                Invoke-PbxSimulation Missed -Simulator $simulator -Pace 1 -Count 500 -NoWait
                # In the middle of it, somewhere.
                Wait-Until { (Get-Content "$files/state.json" -Raw -ErrorAction Ignore) -like '*"session"*' -and (Get-Item "$files/trace.txt").Length -gt 20000 * $round } 'frames'
                Send-Signal KILL $run.Process.Id
                Wait-Until { $run.Process.HasExited } 'its end'
                Wait-Until { $simulator.LinkCount -eq 0 } 'the server to see it go'

                # Old or new, never torn.
                $state = Get-Content "$files/state.json" -Raw | ConvertFrom-Json
                ($state.keys.session | ConvertFrom-Json).Token | Should -Not -BeNullOrEmpty
                # Every line is whole but for the last of each process, which may lack its end.
                $torn = @([System.IO.File]::ReadAllLines("$files/trace.txt").Where{ -not (Test-Json $_ -ErrorAction Ignore) })
                $torn.Count | Should -BeLessOrEqual $round
            }
            # The next start works, and reads what the last left.
            $run = Open-Connected $simulator 'Set-Content "$PSScriptRoot/state" $connection.State' $more
            Wait-Until { Test-Path "$($run.Folder)/state" } 'the next start'
            Wait-Until { $run.Process.HasExited } 'its end'
            Get-Content "$($run.Folder)/state" | Should -Be 'Connected'
            Get-ChildItem $files -Name | Should -Not -Contain 'state.json.tmp'
        }
        finally {
            if (-not $run.Process.HasExited) { $run.Process.Kill() }
            Stop-PbxSimulator -Simulator * -Confirm:$false
        }
    }
}

Describe 'Removing the module' {
    It 'with a dead peer, actions running and waits under way in another runspace takes less than 2 s, and importing works again' {
        $shell = Open-Shell
        $other = Open-Shell
        try {
            $prepare = '$pbx = Start-PbxSimulator TelecomX; $c = $pbx | Connect-PbxEvents; $seen = [System.Collections.Concurrent.ConcurrentQueue[int]]::new()'
            $prepare += '; $null = Register-PbxSubscription Call -MessageData $seen { $Event.MessageData.Enqueue(1) }'
            $prepare += '; Invoke-PbxSimulation Missed -Count 50 -Pace 0 -NoWait; $null = Wait-PbxEvent Call -Timeout 10; $c'
            $connection = Invoke-Shell $shell $prepare
            $null = $other.AddScript('param($c) Wait-PbxEvent Voicemail -Connection $c').AddArgument($connection)
            $waiting = $other.BeginInvoke()
            Invoke-Shell $shell 'Invoke-PbxSimulation -Fault HalfOpen'
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            Invoke-Shell $shell 'Remove-Module PbxEvents'
            $took = $watch.Elapsed.TotalSeconds
            Write-Host "      ($([math]::Round($took, 2)) s)"
            $took | Should -BeLessThan 2
            $connection.State | Should -Be 'Disconnected'
            Wait-Until { $waiting.IsCompleted } 'the wait in the other runspace'

            foreach ($import in "Import-Module '$ModulePath'", "Import-Module '$ModulePath' -Force", "Import-Module '$ModulePath' -Force") {
                Invoke-Shell $shell "$import; (Start-PbxSimulator TelecomX | Connect-PbxEvents).State" | Should -Be 'Connected'
            }
            # The assembly is the same one: what is open stays open and in use.
            Invoke-Shell $shell '(Get-PbxConnection).State' | Should -Be 'Connected', 'Connected', 'Connected'
        }
        finally {
            Close-Shell $shell
            Close-Shell $other
        }
    }
}

Describe 'Disconnecting from a dead peer' {
    AfterEach {
        Close-Bench
    }

    It 'takes less than 2 s on <_>' -ForEach TelecomX, OneCloud, RingCentral, PortSIP, Yeastar {
        $simulator = Start-PbxSimulator $_
        $connection = $simulator | Connect-PbxEvents
        $calls = $_ -in 'OneCloud', 'PortSIP' ? @{ Extension = '1001' } : @{}
        $null = Register-PbxSubscription Call @calls
        Invoke-PbxSimulation -Fault HalfOpen -Simulator $simulator
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        Disconnect-PbxEvents -Connection $connection
        $took = $watch.Elapsed.TotalSeconds
        Write-Host "      ($([math]::Round($took, 2)) s)"
        $took | Should -BeLessThan 2
        $connection.State | Should -Be 'Disconnected'
    }
}

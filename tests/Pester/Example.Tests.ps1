BeforeAll {
    . $PSScriptRoot/Support.ps1
    $examples = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../examples")
    . "$examples/TicketDesk.ps1"

    # How long a script waits for a further call before it ends: all events of a test have arrived when it starts.
    $idle = 1

    function Wait-Arrival {
        param([int] $Calls, [int] $Presence)

        Wait-Until { @(Get-PbxCall -State Ended).Count -ge $Calls -and @(Get-PbxEvent Presence).Count -ge $Presence } 'arrival'
    }

    # The calls that tickets are about.
    function Get-TicketCall {
        param($Ticket)

        $Ticket.text | ForEach-Object { if ($_ -match '(?m)^Call: (.+)$') { $Matches[1] } }
    }

    # What the desk has taken, when it has taken so many.
    function Get-Post {
        param($Desk, [int] $Count)

        $posts = [System.Collections.Generic.List[object]]::new()
        Wait-Until { $Desk | Receive-Ticket | ForEach-Object { $posts.Add($_) }; $posts.Count -ge $Count } "$Count posts"
        $posts
    }
}

Describe 'New-MissedCallTicket.ps1' {
    BeforeEach {
        $desk = Start-TicketDesk
        $journal = Join-Path $TestDrive "$(New-Guid).db"
        $null = Open-PbxJournal $journal
    }

    AfterEach {
        Close-Bench
        $desk | Stop-TicketDesk
    }

    It 'files one ticket for each missed call, also across a reconnect and a restart' {
        $bench = Connect-Bench -Simulator @{ Seed = 7 } -Connection @{ Name = 'desk' }
        $first = Invoke-PbxSimulation Missed -Pace 0 -From +4511112222
        $null = Invoke-PbxSimulation Answered -Pace 0
        # A reset link takes along what has not arrived yet.
        Wait-Arrival -Calls 2
        Invoke-PbxSimulation -Fault Drop
        Wait-Until { $bench.Connection.ReconnectCount -eq 1 -and $bench.Connection.State -eq 'Connected' }
        $second = Invoke-PbxSimulation QueueAbandoned -Pace 0 -Fault Duplicate -FaultCount 100
        Wait-Arrival -Calls 3
        & "$examples/New-MissedCallTicket.ps1" @{ Desk = 'Rest'; Uri = $desk.Uri } -UntilIdle 6> $null
        $tickets = Get-Post $desk 2
        Get-TicketCall $tickets | Should -Be "$($first.CallId) on desk", "$($second.CallId) on desk"
        $tickets[0].caller | Should -Be '+4511112222'

        # A new session sees the same calls again, because the same seed gives the same ids.
        Close-Bench
        $null = Open-PbxJournal $journal
        $null = Connect-Bench -Simulator @{ Seed = 7 } -Connection @{ Name = 'desk' }
        $again = Invoke-PbxSimulation Missed -Pace 0
        $again.CallId | Should -Be $first.CallId
        Wait-Arrival -Calls 1
        & "$examples/New-MissedCallTicket.ps1" @{ Desk = 'Rest'; Uri = $desk.Uri } -UntilIdle
        $desk | Receive-Ticket | Should -BeNullOrEmpty
    }

    It 'keeps the ticket while the ticket system is down, and files it when it is back' {
        $desk.Listener.Stop()
        $null = Connect-Bench -Connection @{ Name = 'desk' }
        $call = Invoke-PbxSimulation Missed -Pace 0
        Wait-Arrival -Calls 1
        $back = Start-ThreadJob {
            Start-Sleep 2
            ($using:desk).Listener.Start()
            $context = ($using:desk).Listener.GetContext()
            $context.Request.Headers['Idempotency-Key'].Length
            [System.IO.StreamReader]::new($context.Request.InputStream).ReadToEnd()
            $context.Response.StatusCode = 201
            $context.Response.Close()
        }
        & "$examples/New-MissedCallTicket.ps1" @{ Desk = 'Rest'; Uri = $desk.Uri } -RetryDelay 0:00:00.2 -UntilIdle *> $null
        $key, $body = $back | Receive-Job -Wait -AutoRemoveJob
        $key | Should -Be 31
        Get-TicketCall ($body | ConvertFrom-Json) | Should -Be "$($call.CallId) on desk"
        (Get-PbxReaction tickets).Done | Should -Be 1
    }
}

Describe 'Send-MissedCallNotice.ps1' {
    BeforeEach {
        . $PSScriptRoot/Hook.ps1
        $hook = Start-Hook
        $null = Open-PbxJournal (Join-Path $TestDrive "$(New-Guid).db")
    }

    AfterEach {
        Close-Bench
        Stop-Hook $hook
    }

    It 'tells of each missed call once, and of no other' {
        $null = Connect-Bench
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4511112222
        $null = Invoke-PbxSimulation Answered -Pace 0
        Wait-Arrival -Calls 2
        1..2 | ForEach-Object { & "$examples/Send-MissedCallNotice.ps1" @{ Slack = $true; Address = Protect-Text "$($hook.Root)/desk" } -UntilIdle }
        $hook.Posts.Count | Should -Be 1
        $blocks = ($hook.Posts.ToArray()[0].Body | ConvertFrom-Json).blocks
        $blocks[0].text.text | Should -BeLike 'Missed call from * +4511112222'
        $blocks[1].text.text | Should -BeLike '*+4511112222 called * at ??:?? on ????-??-??.*'
    }
}

Describe 'New-MissedCallTicket.ps1, killed again and again' -Skip:$IsWindows {
    It 'files each missed call once at a desk that honours the key' {
        $desk = Start-TicketDesk
        $simulator = Start-PbxSimulator OneCloud
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'killed')).FullName
        $process = $null
        try {
            $simulator.Credential | Export-Clixml "$folder/login.xml"
            $simulator.ClientCredential | Export-Clixml "$folder/client.xml"
            Set-Content "$folder/service.ps1" "
                `$ErrorActionPreference = 'Stop'
                Import-Module '$ModulePath'
                `$login = @{ Credential = Import-Clixml '$folder/login.xml'; ClientCredential = Import-Clixml '$folder/client.xml' }
                `$null = Open-PbxJournal '$folder/journal.db'
                `$null = Connect-PbxEvents OneCloud '$($simulator.Server)' -Domain '$($simulator.Domain)' -Name desk @login
                `$null = Register-PbxSubscription Call -Extension 1001
                Set-Content `"$folder/`$PID.ready`" ''
                & '$examples/New-MissedCallTicket.ps1' @{ Desk = 'Rest'; Uri = '$($desk.Uri)' } -RetryDelay 0:00:00.1"
            $start = @{
                FilePath               = $Pwsh
                ArgumentList           = '-NoProfile', '-NonInteractive', '-File', "$folder/service.ps1"
                RedirectStandardOutput = "$folder/out.txt"
                RedirectStandardError  = "$folder/err.txt"
            }
            $calls = [System.Collections.Generic.List[string]]::new()
            foreach ($round in 1..5) {
                $process = Start-Process @start -PassThru
                Wait-Until { (Test-Path "$folder/$($process.Id).ready") -or $process.HasExited } 'the script'
                $process.HasExited | Should -BeFalse -Because (Get-Content "$folder/err.txt" -Raw)
                Wait-Until { (Get-PbxReaction -Journal "$folder/journal.db").State -eq 'Elsewhere' } 'the reaction'
                # A call of the very second in which the script came back may have begun before, and its end waits for its record.
                [System.Threading.Thread]::Sleep(1100)
                1..3 | ForEach-Object { $calls.Add((Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0).CallId) }
                # Gaps come whatever the filter.
                Wait-Until { (Get-PbxEvent -Journal "$folder/journal.db" -CallId $calls[-1] -Outcome Missed).CallId } 'the call in the journal'
                [System.Threading.Thread]::Sleep((Get-Random -Maximum 100))
                /bin/kill -KILL $process.Id
                Wait-Until { $process.HasExited } 'its end'
            }
            # Missed while nothing runs, and told from the call records, which OneCloud is asked for half a minute after the connect.
            Wait-Until { $simulator.LinkCount -eq 0 } 'the server to see it go'
            $calls.Add((Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0).CallId)
            $process = Start-Process @start -PassThru
            Wait-Until { (Get-PbxReaction tickets -Journal "$folder/journal.db").Done -eq $calls.Count } 'all tickets' -Seconds 150
            # The desk here keeps every post; one that honours the key keeps the first of each.
            $posts = @($desk | Receive-Ticket)
            $posts | Group-Object key | ForEach-Object { Get-TicketCall $_.Group[0] } | Sort-Object | Should -Be ($calls | ForEach-Object { "$_ on desk" } | Sort-Object)
            $posts.Count | Should -BeLessOrEqual ($calls.Count + 6) -Because 'a kill repeats one try at most'
        }
        finally {
            if ($process -and -not $process.HasExited) { $process.Kill() }
            Stop-PbxSimulator -Simulator * -Confirm:$false
            $desk | Stop-TicketDesk
        }
    }
}

Describe 'The watches' {
    BeforeEach {
        $desk = Start-TicketDesk
    }

    AfterEach {
        Close-Bench
        $desk | Stop-TicketDesk
    }

    It 'page once for a caller who waits too long in a queue' {
        $null = Connect-Bench -Type Call, Queue
        Invoke-PbxSimulation QueueAbandoned -Queue 4020 -Pace 3000 -NoWait
        $paged = & "$examples/Watch-QueueServiceLevel.ps1" -Page @{ Uri = $desk.Uri } -Queue 4020 -MaxWait 1 -Timeout 14
        $paged | Should -HaveCount 1
        (Get-Post $desk 1).text | Should -BeLike '+4511111111 has waited * s in queue 4020; the service level is 1 s.'
    }

    It 'do not page for a caller who is answered in time' {
        $null = Connect-Bench -Type Call, Queue
        $null = Invoke-PbxSimulation QueueAnswered -Queue 4020 -Pace 0
        & "$examples/Watch-QueueServiceLevel.ps1" -Page @{ Uri = $desk.Uri } -MaxWait 1 -Timeout 3 | Should -BeNullOrEmpty
    }

    It 'raise one alarm for a trunk that stays away, and none for one that is back' {
        $null = Connect-Bench -Type Registration
        Invoke-PbxSimulation TrunkDown -Pace 0
        $alarm = & "$examples/Watch-Registration.ps1" -Grace 0 -Page @{ Uri = $desk.Uri } -Timeout 4
        $alarm | Should -HaveCount 1
        $alarm.Extension | Should -Be 'trunk1'
        (Get-Post $desk 1).text | Should -BeLike 'trunk1 is not registered since *'
        Invoke-PbxSimulation TrunkDown -Pace 0
        Invoke-PbxSimulation TrunkUp -Pace 0
        & "$examples/Watch-Registration.ps1" -Grace 5 -Timeout 7 | Should -BeNullOrEmpty
    }
}

Describe 'Send-Page.ps1, by mail' {
    BeforeAll {
        # A mail server as small as can be: one mail, kept as it came.
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $postman = Start-ThreadJob {
            $client = ($using:listener).AcceptTcpClient()
            $stream = $client.GetStream()
            $reader = [System.IO.StreamReader]::new($stream)
            $writer = [System.IO.StreamWriter]::new($stream)
            $writer.NewLine = "`r`n"
            $writer.AutoFlush = $true
            $writer.WriteLine('220 here')
            while ($null -ne ($line = $reader.ReadLine())) {
                $line
                if ($line -eq 'DATA') {
                    $writer.WriteLine('354 go on')
                    while (($line = $reader.ReadLine()) -ne '.') { $line }
                }
                $writer.WriteLine($line -eq 'QUIT' ? '221 bye' : '250 ok')
                if ($line -eq 'QUIT') { break }
            }
            $client.Dispose()
        }
    }

    AfterAll {
        $listener.Stop()
        $postman | Remove-Job -Force
    }

    It 'sends the text to each of them, and no header of the caller''s making' {
        $mail = @{ To = 'duty@example.com', 'chief@example.com'; From = 'pbx@example.com'; SmtpServer = '127.0.0.1' }
        & "$examples/Send-Page.ps1" -Text "Nobody`r`nBcc: x@example.com`r`nhas waited 70 s" @mail -Port $listener.LocalEndpoint.Port
        $said = $postman | Receive-Job -Wait
        $said | Should -Contain 'MAIL FROM:<pbx@example.com>'
        $said -like 'RCPT TO:*' | Should -Be 'RCPT TO:<duty@example.com>', 'RCPT TO:<chief@example.com>'
        $said | Should -Contain 'Subject: Nobody Bcc: x@example.com has waited 70 s'
        $head = $said[0..($said.IndexOf(''))]
        $head -like 'Bcc:*' | Should -BeNullOrEmpty
    }
}

Describe 'Watch-Registration.ps1, on <Provider>' -ForEach @(
    @{ Provider = 'PortSIP'; Scenario = 'Registration'; Subscription = @{ Type = 'Registration'; Extension = '1001' }; Name = '1001' }
    @{ Provider = 'Yeastar'; Scenario = 'TrunkDown'; Subscription = @{ Type = 'Registration' }; Name = 'T1' }
) {
    AfterAll {
        Close-Bench
    }

    It 'raises the same alarm' {
        $null = Start-PbxSimulator $Provider | Connect-PbxEvents
        $null = Register-PbxSubscription @Subscription
        $null = Invoke-PbxSimulation $Scenario -Pace 0 -NoWait
        $alarm = & "$examples/Watch-Registration.ps1" -Grace 0 -Timeout 4
        $alarm.Extension | Should -Be $Name
        $alarm.Text | Should -BeLike "$Name is not registered since *"
    }
}

Describe 'The files' {
    AfterEach {
        Close-Bench
    }

    It 'New-MissedCallReport.ps1 writes each missed call once, as CSV and HTML, and no formula' {
        $null = Connect-Bench
        $folder = Join-Path $TestDrive 'report'
        $null = Invoke-PbxSimulation Missed -Pace 0 -FromName '=1+1' -Count 2
        $null = Invoke-PbxSimulation Answered -Pace 0
        Wait-Arrival -Calls 3
        $rows = & "$examples/New-MissedCallReport.ps1" -Path $folder -Timeout $idle
        $rows | Should -HaveCount 2
        $csv = Import-Csv (Get-ChildItem $folder -Filter missed-*.csv).FullName
        $csv.CallId | Should -Be $rows.CallId
        $csv.From | Should -Be '+4511111111', '+4511111111'
        $csv.Name | Should -Not -BeLike '=*'
        $html = Get-Content (Get-ChildItem $folder -Filter missed-*.html).FullName -Raw
        [regex]::Matches($html, '<tr><td>').Count | Should -Be 2
        $html | Should -Not -BeLike '*CallId*'
    }

    It 'Export-Presence.ps1 keeps the last presence of each person' {
        $null = Connect-Bench -Type Presence
        $path = Join-Path $TestDrive 'presence.json'
        Invoke-PbxSimulation Presence -Pace 0
        Wait-Arrival -Presence 3
        (& "$examples/Export-Presence.ps1" -Path $path -Timeout $idle).Count | Should -Be 3
        $people = Get-Content $path -Raw | ConvertFrom-Json
        @($people.PSObject.Properties) | Should -HaveCount 1
        @($people.PSObject.Properties)[0].Value.presence.state | Should -Be 'AVAILABLE'
        "$path.new" | Should -Not -Exist
    }
}

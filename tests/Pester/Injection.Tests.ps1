# A caller chooses what he calls himself. Whatever that is, it stays text.

BeforeDiscovery {
    $platforms = 'TelecomX', 'OneCloud', 'RingCentral', 'PortSIP', 'Yeastar'
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Hook.ps1
    $examples = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../examples")
    . "$examples/TicketDesk.ps1"

    $run = '$env:PBXEVENTS_INJECTED = 1'
    $names = [ordered]@{
        Subexpression = "x `$($run)"
        Quotes        = "x`"; $run; '; $run; `u{201c}; $run; `u{2019}; $run #"
        Backtick      = "x `` $run `` | Invoke-Expression"
        Block         = "x}; & { $run }; Remove-Item ~ -Recurse"
        NewLine       = "x`r`n$run`r`nBcc: thief@example.com"
        Terminal      = "x `e]0;owned`a `e[2J `e[31mred `u{9b}31m `u{7f}`u{202e}"
        Formula       = "=cmd|' /C calc'!A0"
        WideFormula   = "`u{ff1d}1+1"
        Html          = '<script>alert(1)</script><img src=x onerror=alert(2)>'
        Format        = 'x {0} {1} {2:X} %n %s'
        Markup        = '<!channel> @here [click](http://evil.example)'
        Place         = '{Call.To} {Raw} {{DATE(2026-01-01T00:00:00Z)}}'
    }

    # What is made of it: the same, with the control characters to be seen and not to be obeyed.
    function Get-Shown {
        param([string] $Text)

        $Text -replace '[\x00-\x1F]', { [string][char](0x2400 + [int]$_.Value[0]) } -replace "`u{7f}", "`u{2421}" -replace "[`u{80}-`u{9f}`u{202e}]", "`u{fffd}"
    }

    # Nothing but the colours that the views themselves set may be left for a terminal to obey.
    function Assert-Harmless {
        param([string] $Text)

        $Text -replace '\x1B\[[0-9;]*m', '' -replace '[\r\n\t]', '' | Should -Not -Match '[\x00-\x1F\x7F-\x9F\u202E]'
        $Text | Should -Not -Match '\x1B\[31mred'
    }

    function Assert-NothingRan {
        $env:PBXEVENTS_INJECTED | Should -BeNullOrEmpty
        Test-Path ~ | Should -BeTrue
    }

    # Everything that a user is likely to do with what arrived.
    function Show-Everything {
        $PSStyle.OutputRendering = 'Ansi'
        $events = Get-PbxEvent -Last 100
        $calls = Get-PbxCall
        $events | Out-String -Width 500
        $events | Format-List | Out-String -Width 500
        $calls | Out-String -Width 500
        $calls | Format-List | Out-String -Width 500
        $calls.Legs | Out-String -Width 500
        $calls.ForEach{ "$_" }
        $events.ForEach{ "$_" }
        Get-PbxSubscription | Format-List | Out-String -Width 500
        Get-PbxConnection | Format-List | Out-String -Width 500
    }
}

AfterAll {
    $PSStyle.OutputRendering = 'Host'
}

Describe 'On <_>, a caller with a hostile name' -ForEach $platforms {
    BeforeAll {
        $platform = $_
        $options = $platform -in 'OneCloud', 'PortSIP' ? @{ Extension = '1001' } : @{}
    }

    AfterEach {
        Close-Bench
        Remove-Item Env:PBXEVENTS_INJECTED -ErrorAction Ignore
    }

    It 'stays text through actions, message data, views, strings and verbose lines' {
        $simulator = Start-PbxSimulator $platform
        $null = $simulator | Connect-PbxEvents
        $seen = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $ended = [System.Collections.Concurrent.ConcurrentQueue[string]]::new()
        $subscription = Register-PbxSubscription Call @options -MessageData @{ Seen = $seen; Ended = $ended } {
            $Event.MessageData.Seen.Enqueue("$($_.From) | $($_.Call.FromName) | $_ | $($_.Call)")
            if ($_.Outcome) { $Event.MessageData.Ended.Enqueue($_.CallId) }
        }
        foreach ($hostile in $names.Values) {
            $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0 -From $hostile -FromName $hostile @options
        }
        Wait-Until { Get-PbxEvent -Last 1 | Out-Null; $ended.Count -ge $names.Count } "$($names.Count) actions"
        foreach ($hostile in $names.Values) {
            # A platform's number may be an address, whose parts are told apart; the name, where there is one, is whole. Yeastar has none.
            if ($platform -eq 'Yeastar' -and $hostile -match '[@<]') { continue }
            $from = (Get-PbxCall).ForEach{ $_.FromName; $_.From }
            $from | Should -Contain (Get-Shown $hostile)
        }
        $shown = (Show-Everything 4>&1) -join "`n"
        Assert-Harmless $shown
        Assert-Harmless ($seen -join '')
        Assert-NothingRan
        $subscription.State | Should -Be 'Active'
        $subscription.Failures | Should -Be 0
    }
}

Describe 'A server with hostile words' {
    AfterEach {
        Close-Bench
    }

    It 'cannot make a terminal obey them in an error, a warning or a verbose line' {
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $answering = Start-ThreadJob {
            while ($true) {
                $client = ($using:listener).AcceptTcpClient()
                $buffer = [byte[]]::new(4096)
                $null = $client.GetStream().Read($buffer, 0, 4096)
                $body = '{"errno":20003,"errmsg":"\u001b]0;owned\u0007 \u001b[2J \u202e","error":"\u001b[2J","message":"\u001b[2J","error_description":"\u001b[2J"}'
                $client.GetStream().Write([System.Text.Encoding]::ASCII.GetBytes(
                        "HTTP/1.1 400 Bad`r`nContent-Type: application/json`r`nContent-Length: $($body.Length)`r`nConnection: close`r`n`r`n$body"))
                $client.Close()
            }
        }
        try {
            $known = [pscredential]::new('user', (Protect-Text 'word'))
            $server = "http://127.0.0.1:$($listener.LocalEndpoint.Port)"
            $PSStyle.OutputRendering = 'Ansi'
            foreach ($platform in 'TelecomX', 'OneCloud', 'RingCentral', 'PortSIP', 'Yeastar') {
                $login = $platform -eq 'RingCentral' ? @{ ClientCredential = $known; Jwt = Protect-Text 'x.y.z' }
                    : $platform -eq 'OneCloud' ? @{ Credential = $known; ClientCredential = $known }
                    : @{ Credential = $known }
                $said = & {
                    try { Connect-PbxEvents $platform $server @login -Timeout 10 -Verbose }
                    catch { $_; $_ | Format-List * -Force; Get-Error }
                } *>&1 | Out-String -Width 500
                $said | Should -BeLike '*127.0.0.1*'
                Assert-Harmless $said
            }
        }
        finally {
            $listener.Stop()
            Remove-Job $answering -Force
        }
    }
}

Describe 'Completion' {
    AfterEach {
        Close-Bench
        Remove-Item Env:PBXEVENTS_INJECTED -ErrorAction Ignore
    }

    It 'offers a hostile name as one word that means the name and nothing else' {
        $simulator = Start-PbxSimulator TelecomX
        foreach ($hostile in $names.Values) {
            $null = $simulator | Connect-PbxEvents -Name "C$hostile"
        }
        $offered = (TabExpansion2 'Get-PbxConnection -Name C' 25).CompletionMatches.CompletionText
        $offered | Should -HaveCount $names.Count
        foreach ($word in $offered) {
            $problems = $null
            $ast = [System.Management.Automation.Language.Parser]::ParseInput("Get-PbxConnection -Name $word", [ref]$null, [ref]$problems)
            $problems | Should -BeNullOrEmpty
            $ast.EndBlock.Statements | Should -HaveCount 1
            $value = $ast.EndBlock.Statements[0].PipelineElements[0].CommandElements[2]
            $value | Should -BeOfType ([System.Management.Automation.Language.StringConstantExpressionAst])
            "$($names.Values.ForEach{ "C$_" })" | Should -BeLike "*$([wildcardpattern]::Escape($value.Value))*"
        }
        Assert-NothingRan
    }
}

# By mail: Notification.Tests.ps1, which has a mail server.
Describe 'A notification' {
    BeforeAll {
        $hook = Start-Hook
    }

    AfterAll {
        Stop-Hook $hook
        Remove-Item Env:PBXEVENTS_INJECTED -ErrorAction Ignore
    }

    It 'says a hostile name as it is, as plain text, to <Kind>' -ForEach @(
        @{ Kind = 'Webhook'; Shown = { ($args[0] | ConvertFrom-Json).text } }
        @{ Kind = 'Teams'; Shown = {
                $runs = ($args[0] | ConvertFrom-Json).attachments[0].content.body.inlines
                $runs.type | Sort-Object -Unique | Should -Be 'TextRun'
                $runs[1].text.Replace("{`u{200b}{", '{{')
            }
        }
        @{ Kind = 'Slack'; Shown = {
                $blocks = ($args[0] | ConvertFrom-Json).blocks
                $blocks.text.type | Sort-Object -Unique | Should -Be 'plain_text'
                $blocks[1].text.text | Should -Not -Match '[<>]'
                $blocks[1].text.text.Replace('&lt;', '<').Replace('&gt;', '>').Replace('&amp;', '&')
            }
        }
    ) {
        $to = $Kind -eq 'Webhook' ? @{ Webhook = $true; Uri = $hook.Root } : @{ $Kind = $true; Address = Protect-Text $hook.Root }
        foreach ($hostile in $names.Values) {
            $call = [PbxEvents.PbxCall]@{ CallId = 'c1'; From = '+451'; FromName = $hostile; To = '1001' }
            $said = $call | Send-PbxNotification @to -Subject 'Missed: {FromName}' -Text 'From {FromName} to {To}' -Verbose *>&1 | Out-String -Width 500
            Assert-Harmless $said
            $post = $null
            $hook.Posts.TryDequeue([ref]$post) | Should -BeTrue
            & $Shown $post.Body | Should -BeExactly "From $(Get-Shown $hostile) to 1001"
        }
        Assert-NothingRan
    }
}

Describe 'The examples' {
    BeforeEach {
        $desk = Start-TicketDesk
        $null = Open-PbxJournal (Join-Path $TestDrive "$(New-Guid).db") -Name hostile
        $bench = Connect-Bench -Type Call, Queue, Presence, Registration
        # The calls, and one whose id is hostile as well.
        function Invoke-Hostile {
            param([string] $Scenario = 'Missed')

            foreach ($hostile in $names.Values) {
                $null = Invoke-PbxSimulation $Scenario -Pace 0 -From $hostile -FromName $hostile
            }
            $model = Invoke-PbxSimulation $Scenario -Pace 0
            Wait-Until { (Get-PbxCall -Call $model.CallId -ErrorAction Ignore).State -eq 'Ended' } 'the model'
            $frames = Get-PbxEvent Call | Where-Object CallId -EQ $model.CallId
            foreach ($hostile in $names.Values) {
                $id = ConvertTo-Json "=$hostile"
                foreach ($frame in $frames) {
                    $json = $frame.Raw.Replace("`"$($model.CallId)`"", $id) -replace '"eventId":"[^"]*",?', ''
                    $null = $bench.Simulator.SendEventAsync('PBX', $frame.Name, $json).GetAwaiter().GetResult()
                }
            }
            Wait-Until { @(Get-PbxCall -Outcome Missed).Count -ge 2 * $names.Count + 1 } 'the calls'
        }
    }

    AfterEach {
        Close-Bench
        Get-PbxJournal | Close-PbxJournal -Confirm:$false
        $desk | Stop-TicketDesk
        Assert-NothingRan
        Remove-Item Env:PBXEVENTS_INJECTED -ErrorAction Ignore
    }

    It 'New-MissedCallReport.ps1 writes no formula, no markup and no line of its own' {
        Invoke-Hostile
        $folder = Join-Path $TestDrive 'hostile report'
        $rows = & "$examples/New-MissedCallReport.ps1" -Path $folder -Timeout 1
        $rows | Should -HaveCount (2 * $names.Count + 1)
        $path = (Get-ChildItem $folder -Filter missed-*.csv).FullName
        @(Get-Content $path) | Should -HaveCount (2 * $names.Count + 2) -Because 'each call is one line'
        $cells = (Import-Csv $path).ForEach{ $_.PSObject.Properties.Value }
        $cells -match '^[\s\p{C}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]' -notmatch '^\+[0-9]+\z' | Should -BeNullOrEmpty
        # Again: what stands in the file is not written twice, and the page is made from the file.
        & "$examples/New-MissedCallReport.ps1" -Path $folder -Timeout 1 | Should -BeNullOrEmpty
        $html = Get-Content (Get-ChildItem $folder -Filter missed-*.html).FullName -Raw
        $html | Should -Not -Match '<script|<img|\x1B'
        $html | Should -Match '&lt;script&gt;'
    }

    It 'New-MissedCallTicket.ps1 files each, with a key that a header takes, whatever its id' {
        Invoke-Hostile
        1..2 | ForEach-Object { & "$examples/New-MissedCallTicket.ps1" @{ Desk = 'Rest'; Uri = $desk.Uri } -RetryDelay 0:00:01 -UntilIdle }
        (Get-PbxReaction tickets).Done | Should -Be (2 * $names.Count + 1)
        Get-PbxDeadLetter | Should -BeNullOrEmpty
        $posts = $desk | Receive-Ticket
        $posts | Should -HaveCount (2 * $names.Count + 1)
        foreach ($post in $posts) {
            $post.title | Should -Not -Match '[\x00-\x1F\x7F-\x9F]'
            $post.title.Length | Should -BeLessOrEqual 200
            $post.key | Should -Match '^[a-z0-9]{31}$'
        }
        $posts.title -join '' | Should -BeLike "*$([wildcardpattern]::Escape((Get-Shown $names.NewLine)))*"
    }

    It 'New-MissedCallTicket.ps1 takes its key nowhere but to the desk' {
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-Until { Get-PbxCall -Outcome Missed } 'the call'
        $listener = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $listener.Start()
        $elsewhere = $desk.Uri
        $redirecting = Start-ThreadJob {
            $client = ($using:listener).AcceptTcpClient()
            $null = $client.GetStream().Read([byte[]]::new(65536), 0, 65536)
            $client.GetStream().Write([System.Text.Encoding]::ASCII.GetBytes(
                    "HTTP/1.1 307 Elsewhere`r`nLocation: $using:elsewhere`r`nContent-Length: 0`r`nConnection: close`r`n`r`n"))
            $client.Close()
        }
        try {
            $options = @{
                Desk = @{ Desk = 'Rest'; Uri = "http://127.0.0.1:$($listener.LocalEndpoint.Port)/"; Secret = Protect-Text 'secret' }
                MaxAttempts = 1; UntilIdle = $true; Connection = $bench.Connection
            }
            & "$examples/New-MissedCallTicket.ps1" @options *> $null
            (Get-PbxDeadLetter tickets).Error | Should -BeLike '*307*'
            $desk | Receive-Ticket | Should -BeNullOrEmpty
        }
        finally {
            $listener.Stop()
            Remove-Job $redirecting -Force
        }
    }

    It 'Watch-QueueServiceLevel.ps1 pages with the number and nothing that a chat would obey' {
        foreach ($hostile in $names.Values) {
            Invoke-PbxSimulation QueueAbandoned -Queue 4020 -Pace 2000 -NoWait -From $hostile -FromName $hostile
        }
        $paged = & "$examples/Watch-QueueServiceLevel.ps1" -Page @{ Uri = $desk.Uri } -Queue 4020 -MaxWait 0.2 -Timeout 8
        $paged | Should -HaveCount $names.Count
        $paged.Text | Should -Not -Match '[<>\[\]\x00-\x1F]|(?<!\w)@'
        $paged.Text | Should -BeLike '* has waited * s in queue 4020; the service level is 0.2 s.'
    }

    It 'Export-Presence.ps1 keeps a whole file with what a person says about himself' {
        Invoke-PbxSimulation Presence -Pace 0
        Wait-Until { Get-PbxEvent Presence } 'a model'
        $model = @(Get-PbxEvent Presence)[0]
        foreach ($hostile in $names.Values) {
            $status = $model.Raw | ConvertFrom-Json -AsHashtable
            $status.data.message = $hostile
            $status.Remove('eventId')
            $null = $bench.Simulator.SendEventAsync($model.Topic, $model.Name, ($status | ConvertTo-Json -Depth 5 -Compress)).GetAwaiter().GetResult()
        }
        Wait-Until { @(Get-PbxEvent Presence).Count -ge $names.Count + 3 } 'the events'
        $path = Join-Path $TestDrive 'hostile.json'
        $null = & "$examples/Export-Presence.ps1" -Path $path -Timeout 1
        $text = Get-Content $path -Raw
        $text | Should -Not -Match '[<>]'
        ($text | ConvertFrom-Json).PSObject.Properties.Value.presence.message | Should -Be @($names.Values)[-1]
    }
}

BeforeDiscovery {
    $hasPrometheus = [bool](Get-Command prometheus, promtool -CommandType Application -ErrorAction Ignore)
}

BeforeAll {
    . $PSScriptRoot/Support.ps1

    # A process of its own with a listener on a simulator of this one, whose reaction fails for one caller.
    function Open-HealthListener {
        param($Simulator, [string] $Folder)

        $login = Join-Path $Folder 'login.xml'
        $Simulator.Credential | Export-Clixml $login
        $port = Get-FreePort
        $script = Join-Path $Folder 'listener.ps1'
        Set-Content $script "
            `$ErrorActionPreference = 'Stop'
            Import-Module '$ModulePath'
            `$null = Open-PbxJournal '$Folder/journal.db'
            `$null = Connect-PbxEvents TelecomX '$($Simulator.Server)' -Name desk -Credential (Import-Clixml '$login')
            `$null = Register-PbxSubscription Call -Action { 'seen' }
            `$null = Register-PbxReaction tickets -Outcome Missed -MaxAttempts 2 -RetryDelay 0 {
                if (`$_.From -eq '+4599') { throw 'the desk is closed' }
            }
            Wait-PbxReaction -HealthPort $port -LogPath '$Folder/listener.log'"
        $start = [System.Diagnostics.ProcessStartInfo]::new($Pwsh)
        '-NoProfile', '-NonInteractive', '-File', $script | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardOutput = $start.RedirectStandardError = $true
        $process = [System.Diagnostics.Process]::Start($start)
        $listener = [pscustomobject]@{
            Process = $process; Port = $port; Uri = "http://127.0.0.1:$port"; Output = $process.StandardOutput.ReadToEndAsync(); Errors = $process.StandardError.ReadToEndAsync()
        }
        Wait-Until {
            if ($process.HasExited) { throw "It ended: $($listener.Output.Result) $($listener.Errors.Result)" }
            (Get-Page $listener /readyz).StatusCode -eq 200
        } 'the listener' -Seconds 90
        $listener
    }

    function Close-HealthListener {
        param($Listener)

        if ($Listener -and -not $Listener.Process.HasExited) { $Listener.Process.Kill() }
    }

    function Get-Page {
        param($Listener, [string] $Path, [hashtable] $Headers = @{})

        try { Invoke-WebRequest "$($Listener.Uri)$Path" -Headers $Headers -SkipHttpErrorCheck -TimeoutSec 10 -NoProxy } catch { $null }
    }

    # The value of a series in the text of /metrics.
    function Find-Sample {
        param($Listener, [string] $Series)

        $line = (Get-Page $Listener /metrics).Content -split "`n" | Where-Object { $_.StartsWith("$Series ") }
        $line ? [double]($line -split ' ')[-1] : $null
    }
}

Describe 'Test-PbxConnection' {
    AfterEach {
        Close-Bench
    }

    It 'says of each connection, journal and reaction whether it is well, and to what it was asked in all' {
        $null = Open-PbxJournal (Join-Path $TestDrive "$(New-Guid).db") -Name kept
        $bench = Connect-Bench -Connection @{ Name = 'desk' }
        $null = Register-PbxReaction tickets -Outcome Missed -MaxAttempts 1 { throw 'the desk is closed' }
        $health = Test-PbxConnection
        "$($health.Kind)" | Should -Be 'Connection Journal Reaction'
        "$($health.Name)" | Should -Be 'desk kept tickets'
        $health.IsHealthy | Should -Be $true, $true, $true
        $health.Reason | Should -Be 'It is Connected, with 1 subscription.', 'It stores what arrives.', 'It is Running.'
        Test-PbxConnection -Quiet | Should -BeTrue
        $null = Invoke-PbxSimulation Missed -Pace 0
        Wait-PbxReaction -UntilIdle -Timeout $Patience 2> $null
        $health = Test-PbxConnection
        $health[0].Received | Should -BeGreaterThan 0
        $health[2].DeadLetters | Should -Be 1
        $health.IsHealthy | Should -Not -Contain $false
        $ill = Test-PbxConnection -MaxDeadLetters 0 | Where-Object IsHealthy -EQ $false
        "$($ill.Name) $($ill.Reason)" | Should -Be 'tickets It has 1 dead letter; the limit is 0.'
        Test-PbxConnection -MaxDeadLetters 0 -Quiet | Should -BeFalse
        Start-Sleep -Milliseconds 50
        Test-PbxConnection -MaxSilence 0:00:00.001 -Quiet | Should -BeFalse
        Test-PbxConnection -MaxSilence 1:00:00 -MaxLag 1000 -MaxDeadLetters 1 -Quiet | Should -BeTrue
        $ill | Out-String | Should -Match 'Kind +Name +Healthy +Reason'

        Invoke-PbxSimulation -Fault Restart -FaultDuration 60
        Wait-Until { $bench.Connection.State -ne 'Connected' }
        $ill = $bench.Connection | Test-PbxConnection -Verbose 4>&1
        "$($ill[0])" | Should -BeLike 'desk: It is Reconnecting: *'
        $ill[1].IsHealthy | Should -BeFalse
        Test-PbxConnection desk -Quiet | Should -BeFalse
    }

    It 'takes connections by name, pattern and pipeline, and with them only what hangs on them' {
        $null = Open-PbxJournal (Join-Path $TestDrive "$(New-Guid).db") -Name kept
        $first = Connect-Bench -Connection @{ Name = 'one' }
        $null = Connect-Bench -Connection @{ Name = 'two'; NoJournal = $true }
        $null = Register-PbxReaction tickets -Outcome Missed { 1 }
        "$(Test-PbxConnection | ForEach-Object Name)" | Should -Be 'one two kept tickets'
        "$(Test-PbxConnection two | ForEach-Object Name)" | Should -Be 'two'
        "$(Test-PbxConnection o* | ForEach-Object Name)" | Should -Be 'one kept tickets'
        "$(Get-PbxConnection | Test-PbxConnection | ForEach-Object Name)" | Should -Be 'one two kept tickets'
        "$($first.Connection | Test-PbxConnection | ForEach-Object Name)" | Should -Be 'one kept tickets'
        (Get-ErrorRecord { Test-PbxConnection three }).FullyQualifiedErrorId | Should -BeLike 'ConnectionNotFound,*'
        Test-PbxConnection three -Quiet -ErrorAction Ignore | Should -BeFalse
        (Get-ErrorRecord { Test-PbxConnection -MaxSilence 0 }).FullyQualifiedErrorId | Should -BeLike 'BadTimeSpan,*'
    }

    It 'does not call a session well that has no connection' {
        (Get-ErrorRecord { Test-PbxConnection }).FullyQualifiedErrorId | Should -BeLike 'NoConnection,*'
        Test-PbxConnection -Quiet | Should -BeFalse
        Test-PbxConnection nothing* -Quiet | Should -BeFalse
        Test-PbxConnection nothing* | Should -BeNullOrEmpty
    }
}

Describe 'Wait-PbxReaction -HealthPort' {
    AfterEach {
        Close-Bench
    }

    It 'answers while it waits, and frees the port' {
        $null = Connect-Bench
        $port = Get-FreePort
        $web = Start-ThreadJob {
            while ($true) { try { return Invoke-RestMethod "http://127.0.0.1:$using:port/readyz" -NoProxy } catch { Start-Sleep -Milliseconds 50 } }
        }
        Wait-PbxReaction -HealthPort $port -Timeout 3 -Verbose 4>&1 | ForEach-Object { "$_" } | Should -Contain "http://127.0.0.1:$port answers /healthz, /readyz and /metrics."
        $web | Wait-Job -Timeout $Patience | Receive-Job | Should -Be "All connections are connected and all subscriptions confirmed.`n"
        Wait-PbxReaction -HealthPort $port -Timeout 0.1
    }

    It 'says in words that a port is taken' {
        $null = Connect-Bench
        $other = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $other.Start()
        $failure = Get-ErrorRecord { Wait-PbxReaction -HealthPort $other.LocalEndpoint.Port -Timeout 1 }
        $failure.FullyQualifiedErrorId | Should -BeLike 'BadHealthPort,*'
        "$failure" | Should -BeLike "The health port $($other.LocalEndpoint.Port) cannot be opened: *"
        $other.Stop()
    }
}

Describe 'A listener with a health port' {
    BeforeAll {
        $folder = (New-Item -ItemType Directory "$TestDrive/health").FullName
        $simulator = Start-PbxSimulator TelecomX
        $listener = Open-HealthListener $simulator $folder
        1..3 | ForEach-Object { $null = Invoke-PbxSimulation Answered -Simulator $simulator -Pace 0 }
        $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
        $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0 -From +4599
        $check = "$PSScriptRoot/../../examples/Get-ListenerHealth.ps1"
        # The figures of reactions are up to ten seconds old.
        Wait-Until { (Find-Sample $listener 'pbxevents_reaction_dead_letters{reaction="tickets",journal="journal"}') -eq 1 } 'the dead letter' -Seconds 60
    }

    AfterAll {
        Close-HealthListener $listener
        Stop-PbxSimulator -Simulator * -Confirm:$false
    }

    It 'has the right figures' {
        Find-Sample $listener 'pbxevents_calls_ended_total{connection="desk",provider="TelecomX",outcome="Answered"}' | Should -Be 3
        Find-Sample $listener 'pbxevents_calls_ended_total{connection="desk",provider="TelecomX",outcome="Missed"}' | Should -Be 2
        Find-Sample $listener 'pbxevents_calls_ended_total{connection="desk",provider="TelecomX",outcome="Busy"}' | Should -Be 0
        Find-Sample $listener 'pbxevents_connection_state{connection="desk",provider="TelecomX",state="Connected"}' | Should -Be 1
        Find-Sample $listener 'pbxevents_connection_state{connection="desk",provider="TelecomX",state="Reconnecting"}' | Should -Be 0
        Find-Sample $listener 'pbxevents_reaction_done{reaction="tickets",journal="journal"}' | Should -Be 1
        Find-Sample $listener 'pbxevents_reaction_failures_total{reaction="tickets",journal="journal"}' | Should -Be 2
        Find-Sample $listener 'pbxevents_reaction_lag{reaction="tickets",journal="journal"}' | Should -Be 0
        Find-Sample $listener 'pbxevents_reaction_running{reaction="tickets",journal="journal"}' | Should -Be 1
        Find-Sample $listener 'pbxevents_action_delay_seconds_count{connection="desk",reaction="tickets"}' | Should -Be 2 -Because 'a second try is none'
        $received = Find-Sample $listener 'pbxevents_events_received_total{connection="desk",provider="TelecomX",category="Call"}'
        $received | Should -BeGreaterThan 9
        Find-Sample $listener 'pbxevents_action_delay_seconds_count{connection="desk"}' | Should -Be $received -Because 'the subscription has an action for each'
        Find-Sample $listener 'pbxevents_action_delay_seconds_bucket{connection="desk",le="+Inf"}' | Should -Be $received
    }

    It 'speaks OpenMetrics to who asks for it' {
        $page = Get-Page $listener /metrics @{ Accept = 'application/openmetrics-text;version=1.0.0' }
        "$($page.Headers.'Content-Type')" | Should -Be 'application/openmetrics-text; version=1.0.0; charset=utf-8'
        $text = [System.Text.Encoding]::UTF8.GetString($page.RawContentStream.ToArray())
        $text | Should -Match '(?s)# TYPE pbxevents_calls_ended counter.*# EOF\n$'
        "$((Get-Page $listener /metrics).Headers.'Content-Type')" | Should -Be 'text/plain; version=0.0.4; charset=utf-8'
    }

    It 'is read by promtool without a complaint (Debian package prometheus)' -Skip:(-not $hasPrometheus) {
        $said = (Get-Page $listener /metrics).Content | promtool check metrics 2>&1
        "$said" | Should -BeNullOrEmpty
        $LASTEXITCODE | Should -Be 0
    }

    It 'is scraped by a real Prometheus, which answers with the same figures (Debian package prometheus)' -Skip:(-not $hasPrometheus) {
        $port = Get-FreePort
        Set-Content "$folder/prometheus.yml" "
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: pbx
    static_configs: [ { targets: [ '127.0.0.1:$($listener.Port)' ] } ]"
        $start = [System.Diagnostics.ProcessStartInfo]::new((Get-Command prometheus -CommandType Application | Select-Object -First 1).Source)
        "--config.file=$folder/prometheus.yml", "--web.listen-address=127.0.0.1:$port", "--storage.tsdb.path=$folder/tsdb" | ForEach-Object { $start.ArgumentList.Add($_) }
        $start.RedirectStandardError = $true
        $prometheus = [System.Diagnostics.Process]::Start($start)
        $said = $prometheus.StandardError.ReadToEndAsync()
        try {
            $ask = {
                param($query)
                if ($prometheus.HasExited) { throw "Prometheus ended: $($said.Result)" }
                try { (Invoke-RestMethod "http://127.0.0.1:$port/api/v1/query?query=$([uri]::EscapeDataString($query))" -NoProxy).data.result } catch { $null }
            }
            $number = { param($query) @(& $ask $query).ForEach({ $_.value | Select-Object -Last 1 }) }
            Wait-Until { (& $number 'up{job="pbx"}') -eq '1' -and (& $ask 'pbxevents_reaction_dead_letters') } 'the first scrape' -Seconds 60
            (& $number 'sum(pbxevents_calls_ended_total)') | Should -Be '5'
            (& $ask 'sum by (outcome) (pbxevents_calls_ended_total) > 0').ForEach({ "$($_.metric.outcome) $($_.value | Select-Object -Last 1)" }) | Sort-Object | Should -Be 'Answered 3', 'Missed 2'
            (& $ask 'sum by (state) (pbxevents_connection_state) == 1').metric.state | Should -Be 'Connected'
            (& $number 'pbxevents_reaction_dead_letters{reaction="tickets"}') | Should -Be '1'
            [double](& $number 'histogram_quantile(0.5, sum by (le) (pbxevents_action_delay_seconds_bucket))') | Should -BeGreaterThan 0
            [double](& $number 'scrape_samples_scraped') | Should -BeGreaterThan 50
            $types = (Invoke-RestMethod "http://127.0.0.1:$port/api/v1/metadata" -NoProxy).data
            $types.pbxevents_calls_ended.type | Should -Be 'counter'
            $types.pbxevents_action_delay_seconds.unit | Should -Be 'seconds' -Because 'Prometheus asks for OpenMetrics'

            $null = Invoke-PbxSimulation Busy -Simulator $simulator -Pace 0
            Wait-Until { (& $number 'sum(pbxevents_calls_ended_total)') -eq '6' } 'the next figure'
        }
        finally {
            if (-not $prometheus.HasExited) { $prometheus.Kill() }
            $prometheus.WaitForExit()
        }
    }

    It 'is checked by Get-ListenerHealth.ps1 for Nagios' {
        $line = & $Pwsh -NoProfile -File $check -Port $listener.Port
        $LASTEXITCODE | Should -Be 0
        $line | Should -Match '^PBX OK - 1 connected, \d+ events received\. \| connected=1 received=\d+c gaps=0c silence=[\d.]+s lag=0 retrying=0 deadletters=1$'
        $line = & $Pwsh -NoProfile -File $check -Port $listener.Port -MaxDeadLetters 0 -MaxLag 10
        $LASTEXITCODE | Should -Be 1
        $line | Should -Match '^PBX WARNING - tickets: 1 dead letters, the limit is 0\. \| .* lag=0;10 retrying=0 deadletters=1;0$'
        $line = & $Pwsh -NoProfile -File $check -Port (Get-FreePort)
        $LASTEXITCODE | Should -Be 2
        $line | Should -Match '^PBX CRITICAL - The listener at port \d+ does not answer: [^|]*$'
    }

    It 'is checked by Get-ListenerHealth.ps1 for PRTG and Zabbix' {
        $answer = & $Pwsh -NoProfile -File $check -Port $listener.Port -Format PRTG -MaxDeadLetters 0 | ConvertFrom-Json
        ($answer.prtg.result | Where-Object channel -EQ deadletters).value | Should -Be 1
        $answer.prtg.result[0].value | Should -Be 1
        $answer.prtg.text | Should -BeLike 'tickets: *'
        $answer = & $Pwsh -NoProfile -File $check -Port (Get-FreePort) -Format PRTG | ConvertFrom-Json
        $answer.prtg.error | Should -Be 1
        $answer = & $Pwsh -NoProfile -File $check -Port $listener.Port -Format Zabbix | ConvertFrom-Json
        "$($answer.status) $($answer.connected) $($answer.deadletters)" | Should -Be '0 1 1'
    }

    It 'is not ready while the link is lost, says why, lives on, and counts the reconnect' {
        Invoke-PbxSimulation -Fault Restart -FaultDuration 8 -Simulator $simulator
        Wait-Until { (Get-Page $listener /readyz).StatusCode -eq 503 } 'not ready'
        (Get-Page $listener /readyz).Content | Should -BeLike 'desk: It is Reconnecting: *'
        (Get-Page $listener /healthz).StatusCode | Should -Be 200
        & $Pwsh -NoProfile -File $check -Port $listener.Port | Should -BeLike 'PBX CRITICAL - desk: It is Reconnecting: *'
        Wait-Until { (Get-Page $listener /readyz).StatusCode -eq 200 } 'ready again' -Seconds 60
        Find-Sample $listener 'pbxevents_connection_reconnects_total{connection="desk",provider="TelecomX"}' | Should -Be 1
        Find-Sample $listener 'pbxevents_connection_gaps_total{connection="desk",provider="TelecomX"}' | Should -Be 1
    }

    It 'ends at SIGTERM as ever, also while somebody hangs at the port' -Skip:$IsWindows {
        $hanging = [System.Net.Sockets.TcpClient]::new('127.0.0.1', $listener.Port)
        kill -TERM $listener.Process.Id
        Wait-Until { $listener.Process.HasExited } 'its end'
        $listener.Process.ExitCode | Should -Be 0
        $listener.Errors.Result | Should -BeNullOrEmpty
        $hanging.Dispose()
    }
}

# A listener as an admin leaves it: installed from the package, run by its unit's command line, and looked at after a week. The week is as long
# as PBXEVENTS_WEEK says, in minutes; what is to stay bounded shows better in ten than in the half minute of every run.

BeforeDiscovery {
    $minutes = $env:PBXEVENTS_WEEK ? [double]$env:PBXEVENTS_WEEK : 0.5
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Unit.ps1

    # A desk that takes a notification once: one whose webhook-id it has had is thanked for and left out.
    function Open-Desk {
        $uri = "http://127.0.0.1:$(Get-FreePort)/"
        $listener = [System.Net.HttpListener]::new()
        $listener.Prefixes.Add($uri)
        $listener.Start()
        $taken = [System.Collections.Concurrent.ConcurrentQueue[object]]::new()
        $job = Start-ThreadJob {
            $ids = [System.Collections.Generic.HashSet[string]]::new()
            $listener = $using:listener
            while ($listener.IsListening) {
                try { $context = $listener.GetContext() }
                catch { break }
                $body = [System.IO.StreamReader]::new($context.Request.InputStream).ReadToEnd() | ConvertFrom-Json
                if ($ids.Add($context.Request.Headers['webhook-id'])) { ($using:taken).Enqueue($body) }
                $context.Response.Close()
            }
        }
        [pscustomobject]@{ Uri = $uri; Listener = $listener; Taken = $taken; Job = $job }
    }

    function Close-Desk {
        param($Desk)

        $Desk.Listener.Close()
        $null = Wait-Job $Desk.Job -Timeout 5
        Remove-Job $Desk.Job -Force
    }

    function Get-Megabyte {
        param($Run)

        $Run.Process.Refresh()
        [math]::Round($Run.Process.WorkingSet64 / 1MB)
    }
}

Describe 'A listener that is left alone for a week of <Minutes> minutes' -Skip:(-not $IsLinux) -ForEach @{ Minutes = $minutes } {
    BeforeAll {
        $path = $env:PSModulePath
        $folder = (New-Item -ItemType Directory "$TestDrive/alone").FullName
        $version = (Import-PowerShellDataFile $ModulePath).ModuleVersion
        $modules = (New-Item -ItemType Directory "$TestDrive/modules").FullName
        $package = Get-Item "$(Split-Path $ModulePath)/../packages/PbxEvents.$version.nupkg"
        [System.IO.Compression.ZipFile]::ExtractToDirectory($package, "$modules/PbxEvents/$version")
        $simulator = Start-PbxSimulator TelecomX
        New-Vault @{ desk = $simulator.Credential }
        $desk = Open-Desk
        # The process, wherever the test ends.
        $service = @{ Run = $null }
    }

    AfterAll {
        Close-Unit $service.Run
        Close-Desk $desk
        Close-Bench
        $env:PSModulePath = $path
    }

    It 'files each missed call once, tells troubles and their ends, keeps its memory and its files, and writes a log that can be read' {
        Set-Content "$folder/listener.psd1" @"
@{
    Journal       = @{ Path = 'pbx.db'; MaxSize = 1MB }
    Connections   = @{ Name = 'desk'; Provider = 'TelecomX'; Server = '$($simulator.Server)'; Credential = 'desk' }
    Subscriptions = @{ Category = 'Call' }
    Notifiers     = @{ Name = 'helpdesk'; Webhook = `$true; Uri = '$($desk.Uri)' }
    Reactions     = @{ Name = 'tickets'; Outcome = 'Missed'; Notify = 'helpdesk'; Subject = 'Missed'; Text = '{Call.From}' }
    Alerts        = @{ Name = 'down'; MaxDowntime = '0:0:1'; MinInterval = '0:0:1'; Notify = 'helpdesk'; Subject = 'Trouble' }
    Wait          = @{ LogPath = 'listener.log' }
}
"@
        # As its admin would, with what the gallery gave.
        $unit = & $Pwsh -NoProfile -NonInteractive -Command "`$env:PSModulePath = '$modules'; (Install-PbxService alone '$folder/listener.psd1' -User $(id -un) -Folder '$folder').Definition" | Out-String
        $unit | Should -BeLike "*$modules*"
        $service.Run = $run = Open-Unit $unit $folder -ModuleFolder $modules -HeapMegabyte 192
        Wait-Said $run 'READY=1'

        # By their numbers: a call that only its record told has no live id.
        $missed = [System.Collections.Generic.List[string]]::new()
        function Invoke-Missed {
            $missed.Add("+45$(10000000 + $missed.Count)")
            $null = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 20 -From $missed[-1]
        }
        $memory = foreach ($day in 1..7) {
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $isTrouble = $day -in 3, 5
            if ($isTrouble) {
                $null = Invoke-PbxSimulation -Simulator $simulator -Fault Refuse -FaultDuration 3
                $null = Invoke-PbxSimulation -Simulator $simulator -Fault Drop
            }
            while ($watch.Elapsed.TotalMinutes -lt $Minutes / 7) {
                Invoke-Missed
                $null = 'Answered', 'QueueAnswered' | ForEach-Object { Invoke-PbxSimulation $_ -Simulator $simulator -Pace 20 }
            }
            if ($isTrouble) {
                Wait-Until { @($desk.Taken | Where-Object subject -EQ 'Trouble').Count -ge ($day - 1) } "both notices of day $day"
            }
            if ($day -eq 2) {
                # A crash in the middle of the night. What comes meanwhile is in the call records.
                $run.Process.Kill()
                Wait-Until { $run.Process.HasExited } 'its end'
                Invoke-Missed
                Close-Unit $run
                $service.Run = $run = Open-Unit $unit $folder -ModuleFolder $modules -HeapMegabyte 192
                Wait-Said $run 'READY=1'
            }
            Get-Megabyte $run
        }
        $missed.Count | Should -BeGreaterThan (10 * $Minutes)

        Wait-Until { @($desk.Taken | Where-Object subject -EQ 'Missed').Count -ge $missed.Count } "the last of $($missed.Count) tickets" -Seconds 120
        Wait-UnitEnd $run
        $run.Process.ExitCode | Should -Be 0
        $tickets = @($desk.Taken | Where-Object subject -EQ 'Missed').about.From
        $tickets | Sort-Object | Should -Be ($missed | Sort-Object)
        @($desk.Taken | Where-Object subject -EQ 'Trouble') | Should -HaveCount 4
        Write-Host "      $($missed.Count) missed calls; MB by day: $memory"

        # It has lived with a heap of 192 MB at most. A collector that may take what it likes of a large machine shows nothing.
        $memory[6] | Should -BeLessThan 420 -Because "$memory"
        $memory[6] - $memory[3] | Should -BeLessThan 60 -Because "$memory"
        (Get-ChildItem "$folder/pbx.db*" | Measure-Object Length -Sum).Sum | Should -BeLessThan 12MB
        $log = Get-Content "$folder/listener.log"
        $log | Where-Object { $_ -notmatch '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (info |warning|error) +\S' } | Should -BeNullOrEmpty
        # A line says that something happened: no more of them than happenings, and none for each call.
        $log.Count | Should -BeLessThan 150
        @($log -match 'Link lost').Count | Should -Be 2
        $log | Where-Object { $_ -match 'Requesting the call records of the gap' } | Should -Not -BeNullOrEmpty
    }
}

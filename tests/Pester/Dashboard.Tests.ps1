BeforeDiscovery {
    . $PSScriptRoot/Browser.ps1
    $chromium = Find-Browser
    $views = Get-BrowserView
}

BeforeAll {
    . $PSScriptRoot/Support.ps1
    . $PSScriptRoot/Browser.ps1
}

Describe 'A dashboard' {
    AfterEach {
        Close-Bench
    }

    It 'is there from Start to Stop, once in a session' {
        Get-PbxDashboard | Should -BeNullOrEmpty
        Stop-PbxDashboard -Confirm:$false
        $dashboard = Start-PbxDashboard
        $dashboard.Address.AbsoluteUri | Should -Match '^http://127\.0\.0\.1:\d+/[\w-]{43}/$'
        (Get-PbxDashboard).Address | Should -Be $dashboard.Address
        "$dashboard" | Should -Not -Match ($dashboard.Address.Segments[1].TrimEnd('/'))
        (Invoke-WebRequest $dashboard.Address).StatusCode | Should -Be 200
        (Get-ErrorRecord { Start-PbxDashboard }).FullyQualifiedErrorId | Should -BeLike 'DashboardRunning,*'
        Start-PbxDashboard -WhatIf
        Stop-PbxDashboard -WhatIf
        Get-PbxDashboard | Should -Not -BeNullOrEmpty
        Stop-PbxDashboard -Confirm:$false
        { Invoke-WebRequest $dashboard.Address -TimeoutSec 5 } | Should -Throw
        (Start-PbxDashboard).Address | Should -Not -Be $dashboard.Address
    }

    It 'has the same address again, by its file, which only its owner can read' {
        $file = Join-Path $TestDrive 'dashboard.token'
        $first = Start-PbxDashboard -TokenPath $file
        $port = $first.Port
        Stop-PbxDashboard -Confirm:$false
        (Start-PbxDashboard $port -TokenPath $file).Address | Should -Be $first.Address
        if (-not $IsWindows) { "$([System.IO.File]::GetUnixFileMode($file))" | Should -Be 'UserWrite, UserRead' }
        Stop-PbxDashboard -Confirm:$false
        Set-Content $file 'something else'
        (Get-ErrorRecord { Start-PbxDashboard -TokenPath $file }).FullyQualifiedErrorId | Should -BeLike 'BadTokenPath,*'
        Get-Content $file | Should -Be 'something else'
        $taken = [System.Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $taken.Start()
        try {
            (Get-ErrorRecord { Start-PbxDashboard $taken.LocalEndpoint.Port }).FullyQualifiedErrorId | Should -BeLike 'BadDashboardPort,*'
        }
        finally {
            $taken.Stop()
        }
    }

    It 'ends with its session' {
        $shell = Open-Shell
        $address = (Invoke-Shell $shell 'Start-PbxDashboard').Address
        (Invoke-WebRequest $address).StatusCode | Should -Be 200
        Close-Shell $shell
        Wait-Until { try { $null = Invoke-WebRequest $address -TimeoutSec 5; $false } catch { $true } } 'the end of the page'
    }
}

Describe 'A dashboard in a real browser (Debian package chromium)' -Skip:(-not $chromium) {
    BeforeAll {
        $hostile = '<img src=x onerror="document.title=1"><b>bold'
        $tokenFile = Join-Path $TestDrive 'browser.token'
        Import-PbxContact -InputObject ([pscustomobject]@{ Name = 'Harbour Inn'; Number = '+12025550184' })
        $bench = Connect-Bench -Type Call, Queue, Agent, Presence -Connection @{ Name = 'office'; BufferSize = 200000 }
        $dashboard = Start-PbxDashboard -TokenPath $tokenFile
        $browser = Open-Browser
        $browser.Show(1440, 900, $false)
        $browser.Open($dashboard.Address)
        $browser.WaitFor("document.querySelector('#linkText').textContent === 'Live'")

        # The numbers in the boxes at the top, by their names.
        function Get-Tile {
            param([string] $Name)

            $browser.Ask("[...document.querySelectorAll('#tiles div')].find(d => d.firstChild.textContent === '$Name')?.lastChild.textContent")
        }

        function Wait-Tile {
            param([string] $Name, [string] $Value)

            $browser.WaitFor("[...document.querySelectorAll('#tiles div')].some(d => d.firstChild.textContent === '$Name' && d.lastChild.textContent === '$Value')")
        }
    }

    AfterAll {
        if ($browser) { $browser.Dispose() }
        Close-Bench
    }

    It 'shows calls, queues, agents, who was not reached, connections and gaps as they come' {
        (Get-PbxDashboard).Viewers | Should -Be 1
        $null = Invoke-PbxSimulation QueueAnswered -Pace 6000 -NoWait -From +12025550184
        $browser.WaitFor("document.querySelector('#calls').textContent.includes('Harbour Inn')")
        $browser.WaitFor("document.querySelector('#queues').textContent.includes('4020')")
        Wait-Tile 'Waiting in queues' 1
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +12025550143 -FromName $hostile
        $browser.WaitFor("document.querySelector('#unreached').textContent.includes('+12025550143')")
        $null = Invoke-PbxSimulation Held -Pace 20000 -NoWait -From +12025550117 -FromName 'North Marine'
        Wait-Tile 'Calls in progress' 2
        Wait-Tile 'Reached nobody' 1
        $null = Invoke-PbxSimulation Agent -Pace 20000 -NoWait
        $browser.WaitFor("document.querySelector('#agents tbody tr')")
        $browser.WaitFor("document.querySelector('#health').textContent.includes('office')")
        $null = Invoke-PbxSimulation -Fault Drop
        $browser.WaitFor("document.querySelector('#gaps tbody tr')")
        $browser.WaitFor("[...document.querySelectorAll('#health td')].some(d => d.textContent === 'yes')")
    }

    It 'keeps what callers say text' {
        $browser.Ask("document.querySelectorAll('img, b').length") | Should -Be '0'
        $browser.Ask("document.querySelector('#unreached').textContent") | Should -BeLike "*$([wildcardpattern]::Escape($hostile))*"
        $browser.Ask('document.title') | Should -Match '^\d+ calls, \d+ waiting'
        $browser.Complaints | Should -BeNullOrEmpty
    }

    It 'can be read at <Width> pixels, dark: <Dark>, and has no barrier' -ForEach $views {
        $browser.Show($Width, 900, $Dark)
        $browser.Ask($LookForBarriers) | Should -BeNullOrEmpty
        $browser.Ask("getComputedStyle(document.body).backgroundColor") | Should -Be ($Dark ? 'rgb(13, 17, 23)' : 'rgb(255, 255, 255)')
        $browser.Picture("$TestDrive/$Width-$Dark.png")
        (Get-Item "$TestDrive/$Width-$Dark.png").Length | Should -BeGreaterThan 5000
    }

    It 'is used by the keyboard alone, and shows where one is' {
        $browser.Show(1440, 900, $false)
        $browser.Ask('document.activeElement.blur(), 1')
        $stops = foreach ($i in 1..8) {
            $browser.Press('Tab', 'Tab', 9)
            $browser.Ask("getComputedStyle(document.activeElement).outlineStyle") | Should -Be 'solid' -Because "stop $i"
            $browser.Ask("document.activeElement.className + document.activeElement.id")
        }
        $stops | Should -Be 'skip', 'pause', 'scrollcalls', 'scrollqueues', 'scrollunreached', 'scrollagents', 'scrollhealth', 'scrollgaps'
    }

    It 'stands still when it is told to, by the keyboard, and goes on with all that came meanwhile' {
        $browser.Ask("document.querySelector('#pause').focus(), 1")
        $browser.Press(' ', 'Space', 32, ' ')
        $browser.Ask("document.querySelector('#pause').getAttribute('aria-pressed')") | Should -Be 'true'
        $before = Get-Tile 'Reached nobody'
        $null = Invoke-PbxSimulation Missed -Pace 0 -Count 3
        Wait-Until { @(Get-PbxCall -Unreached).Count -ge [int]$before + 3 }
        [System.Threading.Thread]::Sleep(1500)
        Get-Tile 'Reached nobody' | Should -Be $before
        $browser.Press(' ', 'Space', 32, ' ')
        Wait-Tile 'Reached nobody' ([int]$before + 3)
    }

    It 'comes back by itself when the listener does' {
        $port = $dashboard.Port
        Stop-PbxDashboard -Confirm:$false
        $browser.WaitFor("document.querySelector('#link').className === 'lost'")
        [System.Threading.Thread]::Sleep(3000)
        $null = Start-PbxDashboard $port -TokenPath $tokenFile
        $browser.WaitFor("document.querySelector('#linkText').textContent === 'Live'")
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +12025550199
        $browser.WaitFor("document.querySelector('#unreached').textContent.includes('+12025550199')")
    }

    # For longer: PBXEVENTS_DASHBOARD_MINUTES=10, the measure of the promise. The simulator and what it remembers are in a process of their own, the
    # buffers are full halfway, and the journal on disk is what the page is compared with: only what would grow for ever grows.
    It 'misses nothing at 200 calls a minute, and takes no more and more memory on either side' {
        $seconds = $env:PBXEVENTS_DASHBOARD_MINUTES ? 60 * $env:PBXEVENTS_DASHBOARD_MINUTES : 15
        Set-Content "$TestDrive/pbx.ps1" @"
Import-Module '$ModulePath'
`$s = Start-PbxSimulator TelecomX
"`$(`$s.Server)", `$s.Credential.UserName, `$s.Credential.GetNetworkCredential().Password
while (`$count = [Console]::In.ReadLine()) {
    `$null = Invoke-PbxSimulation Missed -Pace 100 -Count `$count -Interval 600 -NoWait
    `$null = Invoke-PbxSimulation Answered -Pace 100 -Count `$count -Interval 600
    'played'
}
"@
        $start = [System.Diagnostics.ProcessStartInfo]::new($Pwsh, [string[]]('-NoProfile', '-NonInteractive', '-File', "$TestDrive/pbx.ps1"))
        $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
        $pbx = [System.Diagnostics.Process]::Start($start)
        $null = Open-PbxJournal "$TestDrive/calls.db" -Name calls
        try {
            $server, $user, $password = 1..3 | ForEach-Object { $pbx.StandardOutput.ReadLine() }
            $login = [pscredential]::new($user, (Protect-Text $password))
            $null = Connect-PbxEvents TelecomX $server -Credential $login -Name busy -BufferSize 1000 -CallHistorySize 1000 -Journal calls
            $null = Register-PbxSubscription Call -Connection busy
            $running = 'Offered', 'Ringing', 'Answered', 'Held', 'Parked', 'Transferred'
            $earlier = (Get-PbxCall -Connection office -State $running).CallId
            $before = @{ Ended = [int](Get-Tile 'Ended today'); Lost = [int](Get-Tile 'Reached nobody') }
            $browser.Ask("window.rows = new Set(); new MutationObserver(() => document.querySelectorAll('#unreached tbody tr').forEach(r => rows.add(r.dataset.key))).observe(document.querySelector('#unreached'), { childList: true, subtree: true }); 1")
            $memory = foreach ($part in 1..8) {
                $count = [int]($seconds / 8 / 0.6)
                $pbx.StandardInput.WriteLine($count)
                $pbx.StandardOutput.ReadLine() | Should -Be 'played'
                Wait-Until { @(Get-PbxCall -Connection busy -State $running).Count -eq 0 } 'the end of the calls' 60
                $null = $browser.Send('HeapProfiler.collectGarbage')
                [pscustomobject]@{
                    Page     = [long]$browser.Ask('performance.memory.usedJSHeapSize')
                    Nodes    = [int]$browser.Ask("document.getElementsByTagName('*').length")
                    Listener = [System.GC]::GetTotalMemory($true)
                }
            }
            Wait-Until { (Get-PbxJournal calls).Behind -eq 0 }
            $calls = @(Get-PbxEvent Call -Journal calls | Where-Object CallState -EQ 'Ended' | Group-Object CallId | ForEach-Object { $_.Group[-1].Call })
            Write-Host ($memory | Format-Table | Out-String)
            $calls.Count | Should -BeGreaterOrEqual ($seconds / 0.6 * 2 * 0.9)
            $lost = @($calls | Where-Object IsUnreached)

            # What went on from before on the other connection may have ended meanwhile.
            $others = @(Get-PbxCall -Connection office -State Ended | Where-Object CallId -In $earlier)
            Wait-Tile 'Ended today' ($before.Ended + $calls.Count + $others.Count)
            Wait-Tile 'Reached nobody' ($before.Lost + $lost.Count + @($others | Where-Object IsUnreached).Count)
            $shown = $browser.Ask('[...rows].join("\n")')
            $lost | Where-Object { $shown -notlike "*$($_.CallId)*" } | Should -BeNullOrEmpty
            $memory[7].Nodes | Should -BeLessThan ($memory[4].Nodes + 500)
            $memory[7].Page | Should -BeLessThan ($memory[4].Page + 3MB)
            $memory[7].Listener | Should -BeLessThan ($memory[4].Listener + 10MB)
        }
        finally {
            $pbx.Kill()
        }
    }
}

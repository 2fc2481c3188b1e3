BeforeAll {
    . $PSScriptRoot/Support.ps1
    $bench = Connect-Bench -Connection @{ Name = 'office' }
    $null = Invoke-PbxSimulation Missed -Pace 0 -From +4512345678
    $null = Invoke-PbxSimulation Answered -Pace 0
    $null = Wait-PbxCall -Outcome Answered -Timeout $Patience
    $rendering = $PSStyle.OutputRendering
    $PSStyle.OutputRendering = 'Ansi'
}

AfterAll {
    $PSStyle.OutputRendering = $rendering
    Close-Bench
}

Describe 'What people see' {
    It 'shows events in 80 columns, the extension too' {
        $lines = Get-PbxEvent -Name CALL_RING -MaxEvents 1 | Out-String -Stream -Width 80 | ForEach-Object { $_ -replace '\e\[[\d;]*m' }
        $lines | Where-Object { $_ -match 'CALL_RING\s+Ringing\s+\+4512345678\s+1001\s+1001' } | Should -HaveCount 1
    }

    It 'makes a missed call stand out' {
        $red = [regex]::Escape("$($PSStyle.Foreground.BrightRed)Missed")
        Get-PbxCall -Outcome Missed | Out-String | Should -Match $red
        Get-PbxEvent -Outcome Missed | Out-String | Should -Match $red
        Get-PbxCall -Outcome Answered | Out-String | Should -Not -Match ([regex]::Escape($PSStyle.Foreground.BrightRed))
    }

    It 'tells times of a connection from now' {
        $bench.Connection | Out-String | Should -Match 'office.*TelecomX.*Connected.*(now|\d+ s ago)'
    }

    It 'shows everything of an event in a list' {
        $text = Get-PbxEvent -Name CALL_RING -MaxEvents 1 | Format-List | Out-String
        'Sequence', 'ReceivedAt', 'CallId', 'LegId', 'Data' | ForEach-Object { $text | Should -Match "$_\s+:" }
    }

    It 'shows every kind of object without an error' {
        $Error.Clear()
        $objects = Get-PbxEvent; $objects += Get-PbxCall; $objects += Get-PbxConnection; $objects += Get-PbxSubscription
        $objects += Get-PbxEventType CALL_RING; $objects += (Get-PbxEventType CALL_RING).Fields; $objects += $bench.Simulator
        $objects += $bench.Simulator.Log.Entries
        $objects | Group-Object { $_.GetType().Name } | ForEach-Object {
            $_.Group | Format-Table | Out-String | Should -Not -BeNullOrEmpty
            $_.Group | Format-List | Out-String | Should -Not -BeNullOrEmpty
        }
        $Error | Should -BeNullOrEmpty
    }

    It 'fits every table into <Width> columns, its words whole where they matter' -ForEach @{ Width = 80 }, @{ Width = 120 } {
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 0
        $null = Wait-PbxCall -Outcome Abandoned -Timeout $Patience
        $queue = Watch-PbxQueue -NoScreen -Timeout 0 | Select-Object -First 1
        $objects = @(Get-PbxEvent -Last 5; Get-PbxCall; Get-PbxConnection; Get-PbxSubscription; $queue; (Get-PbxCall)[0].Legs
            Get-PbxEventType CALL_*; (Get-PbxEventType CALL_RING).Fields; $bench.Simulator; Invoke-PbxSimulation Missed -Pace 0)
        foreach ($group in $objects | Group-Object { $_.GetType().Name }) {
            $lines = @(($group.Group | Format-Table | Out-String -Stream -Width $Width) -replace '\e\[[\d;]*m')
            $lines | Where-Object Length -GT $Width | Should -BeNullOrEmpty -Because $group.Name
            $heading = ($lines | Where-Object { $_ })[0]
            $view = (Get-FormatData -TypeName $group.Group[0].GetType().FullName).FormatViewDefinition.Where({
                    $_.Control -is [System.Management.Automation.TableControl]
                })[0]
            foreach ($label in $view.Control.Headers.Label | Where-Object { $_ }) {
                $heading | Should -Match "\b$label\b" -Because "the table of $($group.Name) at $Width"
            }
        }
        $calls = (Get-PbxCall | Out-String -Width $Width) -replace '\e\[[\d;]*m'
        'Missed', 'Abandoned', '\+4512345678' | ForEach-Object { $calls | Should -Match $_ }
    }

    It 'cuts no outcome in 60 columns' {
        $calls = (Get-PbxCall | Format-Table | Out-String -Width 60) -replace '\e\[[\d;]*m'
        'Missed', 'Answered' | ForEach-Object { $calls | Should -Match "(?m) $_ " }
        $events = (Get-PbxEvent Call | Format-Table | Out-String -Width 60) -replace '\e\[[\d;]*m'
        'Missed', 'Ringing' | ForEach-Object { $events | Should -Match "(?m) $_ " }
        ((Get-PbxSubscription | Format-Table | Out-String -Width 60) -replace '\e\[[\d;]*m') | Should -Match ' Active '
    }

    It 'shows who called where there is room, how long a missed call took, and the date of another day' {
        $null = Invoke-PbxSimulation Missed -Pace 0 -From +4588888888 -FromName 'Anna Jensen'
        $call = Wait-PbxCall -Outcome Missed -FromNow -Timeout 1
        $call ??= Get-PbxCall -From +4588888888
        $text = ($call | Format-Table | Out-String -Width 120) -replace '\e\[[\d;]*m'
        $text | Should -Match '\+4588888888.* 0:\d\d .*from Anna Jensen'
        $old = [PbxEvents.PbxCall]@{ CallId = 'old'; StartedAt = [datetimeoffset]'2024-03-09 14:05'; State = 'Ended'; EndedAt = [datetimeoffset]'2024-03-09 14:06' }
        $old | Format-Table | Out-String | Should -Match '03-09 14:05'
        $gap = [PbxEvents.PbxGap]@{ From = [datetimeoffset]'2024-03-09 14:05'; To = [datetimeoffset]'2024-03-09 14:06'; Reason = 'LinkLost'; Recovery = 'Lost' }
        $gap | Format-Table | Out-String | Should -Match '03-09 14:05'
    }

    It 'shows an event''s name whole, up to 20 characters' {
        $null = Invoke-PbxSimulation QueueAbandoned -Pace 0
        $null = Wait-PbxCall -Outcome Abandoned -Timeout $Patience
        Get-PbxEvent Queue | Format-Table | Out-String -Width 80 | Should -Match 'QUEUE_ENTERED '
        (Get-FormatData PbxEvents.PbxEvent).FormatViewDefinition[0].Control.Headers[1].Width | Should -BeGreaterOrEqual 20
    }

    It 'shows states in colours, and none when the user wants none or the output is redirected' {
        Get-PbxConnection | Out-String | Should -Match '\e\[92mConnected'
        Get-PbxSubscription | Out-String | Should -Match '\e\[92mActive'
        foreach ($rendering in 'PlainText', 'Host') {
            $PSStyle.OutputRendering = $rendering
            try {
                $all = @(Get-PbxCall; Get-PbxConnection; Get-PbxSubscription; Get-PbxEvent) | Out-String
                $all | Should -Not -Match '\e' -Because $rendering
                $all | Should -Match 'Missed'
            } finally {
                $PSStyle.OutputRendering = 'Ansi'
            }
        }
    }

    It 'has aliases for words that people look for' {
        $call = (Get-PbxCall -Outcome Missed)[0]
        $call.Caller | Should -Be $call.From
        $call.Callee | Should -Be $call.To
        (Get-PbxEvent -Name CALL_RING -MaxEvents 1).State | Should -Be 'Ringing'
    }

    It 'shows no password of a simulator unasked' {
        $bench.Simulator | Out-String | Should -Not -BeLike "*$($bench.Simulator.Password)*"
        $bench.Simulator | Format-List | Out-String | Should -Not -BeLike "*$($bench.Simulator.Password)*"
    }
}

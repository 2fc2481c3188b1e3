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

    It 'shows no password of a simulator unasked' {
        $bench.Simulator | Out-String | Should -Not -BeLike "*$($bench.Simulator.Password)*"
        $bench.Simulator | Format-List | Out-String | Should -Not -BeLike "*$($bench.Simulator.Password)*"
    }
}

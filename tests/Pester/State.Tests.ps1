BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'A listener with -StatePath that is killed' -Skip:$IsWindows {
    It 'tells the call that was missed meanwhile once at its next start, and none that it had told' {
        $folder = (New-Item -ItemType Directory -Path (Join-Path $TestDrive 'state')).FullName
        $simulator = Start-PbxSimulator OneCloud
        $process = $null
        try {
            $process = Open-Listener $simulator $folder first -StatePath "$folder/desk.state"
            $before = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
            Wait-Until { (Get-Content "$folder/first.told" -ErrorAction Ignore) -contains $before.CallId } 'the call before'
            Wait-Until { (Get-Content "$folder/desk.state" -Raw) -like "*$($before.CallId)*" } 'its note'

            # The file is taken, and the error names who has it.
            $refused = Get-ErrorRecord {
                $simulator | Connect-PbxEvents -StatePath "$folder/desk.state" @args
            }
            $refused.FullyQualifiedErrorId | Should -BeLike 'StateInUse,*'
            "$refused" | Should -BeLike "*process $($process.Id)*"

            /bin/kill -KILL $process.Id
            Wait-Until { $process.HasExited } 'its end'
            Wait-Until { $simulator.LinkCount -eq 0 } 'the server to see it go'
            (Get-Content "$folder/desk.state" -Raw | ConvertFrom-Json).version | Should -Be 1
            $missed = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0

            $process = Open-Listener $simulator $folder second -StatePath "$folder/desk.state"
            # OneCloud's records are asked for half a minute after the connect.
            Wait-Until { Test-Path "$folder/second.told" } 'the missed call' -Seconds 120
            $after = Invoke-PbxSimulation Missed -Simulator $simulator -Pace 0
            Wait-Until { (Get-Content "$folder/second.told") -contains $after.CallId } 'the call after'
            Get-Content "$folder/second.told" | Should -Be $missed.CallId, $after.CallId
        }
        finally {
            if ($process -and -not $process.HasExited) { $process.Kill() }
            Stop-PbxSimulator -Simulator * -Confirm:$false
        }
    }

    It 'warns of a file that it cannot go on with, and keeps it' {
        $path = Join-Path $TestDrive 'broken.state'
        Set-Content $path 'not a state'
        $simulator = Start-PbxSimulator TelecomX
        try {
            $connection = $simulator | Connect-PbxEvents -StatePath $path -WarningVariable warnings -WarningAction SilentlyContinue
            "$warnings" | Should -BeLike "*$path.damaged*"
            Get-Content "$path.damaged" | Should -Be 'not a state'
            Get-PbxEvent -Connection $connection | Where-Object Name -EQ Warning | Should -HaveCount 1
        }
        finally {
            Close-Bench
        }
    }
}

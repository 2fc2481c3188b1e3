BeforeAll {
    . $PSScriptRoot/Support.ps1
}

Describe 'The quick start, line by line' {
    AfterAll {
        Close-Bench
    }

    It 'goes from a simulated PBX to a ticket for a missed call' {
        $pbx = Start-PbxSimulator TelecomX
        $connection = $pbx | Connect-PbxEvents
        $connection.State | Should -Be 'Connected'
        (Register-PbxSubscription Call).State | Should -Be 'Active'
        Invoke-PbxSimulation Missed -From +4512345678 -NoWait
        $call = Wait-PbxCall -Outcome Missed -Timeout $Patience
        $ticket = "Call back $($call.From), who rang $($call.Extension) at $($call.StartedAt.ToString('HH:mm'))"
        $ticket | Should -BeLike 'Call back +4512345678, who rang 1001 at ??:??'
        (Get-PbxEvent Call).Count | Should -Be 5
        (Get-PbxCall).Outcome | Should -Be 'Missed'
        $connection | Disconnect-PbxEvents
        $pbx | Stop-PbxSimulator
        Get-PbxConnection | Should -BeNullOrEmpty
    }
}

Describe 'Importing the module' {
    It 'is quick' {
        $times = foreach ($i in 1..5) {
            $shell = [powershell]::Create([System.Management.Automation.RunspaceMode]::NewRunspace)
            $watch = [System.Diagnostics.Stopwatch]::StartNew()
            $null = $shell.AddScript("Import-Module '$ModulePath'").Invoke()
            $watch.Elapsed.TotalMilliseconds
            Close-Shell $shell
        }
        $median = ($times | Sort-Object)[2]
        Write-Host "      (median of a further import: $([math]::Round($median)) ms)"
        $median | Should -BeLessThan 2000
    }
}

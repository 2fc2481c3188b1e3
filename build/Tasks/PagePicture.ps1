#requires -Version 7.6
<#
.SYNOPSIS
Makes the pictures of the dashboard and of a report in docs/images.
.DESCRIPTION
Plays calls on simulators, opens the page that Start-PbxDashboard shows, and one that Export-PbxReport writes, in a real browser (Debian
package chromium), and takes pictures of them. Takes about a minute. The module must be built.
.PARAMETER Path
The folder for the pictures.
#>
[CmdletBinding()]
param(
    [string] $Path = "$PSScriptRoot/../../docs/images"
)

$ErrorActionPreference = 'Stop'
. $PSScriptRoot/PictureSource.ps1
. $PSScriptRoot/../../tests/Pester/Browser.ps1
Import-Module ([System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/PbxEvents/PbxEvents.psd1"))

$web = 'src/PbxEvents.Module/Web'
$dashboardSource = @(
    "$web/look.css", "$web/dashboard.html", "$web/dashboard.css", "$web/dashboard.js"
    'src/PbxEvents.Module/Dashboard/PageSections.cs'
)
$reportSource = @(
    "$web/look.css", "$web/report.css"
    'src/PbxEvents.Module/Reports/HtmlReport.cs', 'src/PbxEvents.Module/Reports/ReportChart.cs'
)
$browser = Open-Browser
try {
    Import-PbxContact -InputObject ([pscustomobject]@{ Name = 'Harbour Inn'; Number = '+12025550184' })
    Import-PbxContact -InputObject ([pscustomobject]@{ Name = 'Ann Carter'; Number = '+12025550143' })
    $null = Start-PbxSimulator PortSIP -Name hq | Connect-PbxEvents -Name office
    $null = Register-PbxSubscription Call, Queue, Agent -Queue 4020, 4021 -Extension 1001, 1002, 1003, 1004
    $null = Start-PbxSimulator TelecomX -Name north | Connect-PbxEvents -Name branch
    $null = Register-PbxSubscription Call
    $dashboard = Start-PbxDashboard -ServiceLevel 20
    $browser.Open($dashboard.Address)
    $null = Invoke-PbxSimulation Answered -Simulator north -Pace 200 -Count 7 -Interval 300 -NoWait
    $null = Invoke-PbxSimulation Missed -Simulator hq -Pace 300 -NoWait -Extension 1002 -From +12025550143
    $null = Invoke-PbxSimulation QueueAbandoned -Simulator hq -Pace 500 -NoWait -From +12025550121
    $null = Invoke-PbxSimulation QueueAnswered -Simulator hq -Pace 300 -NoWait -Extension 1003 -From +12025550155
    $null = Invoke-PbxSimulation -Fault Drop -Simulator north
    Start-Sleep -Seconds 4
    $null = Invoke-PbxSimulation QueueAnswered -Simulator hq -Pace 3000 -NoWait -Extension 1001 -OtherExtension 1002 -From +12025550184
    $null = Invoke-PbxSimulation Held -Simulator north -Pace 6000 -NoWait -Extension 1004 -From +12025550117 -FromName 'North Marine'
    $chinese = "Li `u{674E}`u{4F1F}"
    $null = Invoke-PbxSimulation Voicemail -Simulator north -Pace 200 -NoWait -Extension 1003 -From +12025550178 -FromName $chinese
    Start-Sleep -Seconds 20
    $null = Invoke-PbxSimulation QueueAbandoned -Simulator hq -Queue 4021 -Pace 30000 -NoWait -From +12025550162
    $browser.WaitFor("document.querySelectorAll('#calls tbody tr').length >= 3")
    Start-Sleep -Seconds 24
    $views = @(
        @{ Name = 'light'; Width = 1280; Dark = $false }
        @{ Name = 'dark'; Width = 1280; Dark = $true }
        @{ Name = 'narrow'; Width = 390; Dark = $false }
    )
    foreach ($view in $views) {
        $browser.Show($view.Width, 800, $view.Dark)
        $browser.Picture("$Path/dashboard-$($view.Name).png")
        Save-PictureSource $Path "dashboard-$($view.Name).png" -Source $dashboardSource
    }

    # A day that never was: the same calls each time.
    $chance = [System.Random]::new(7)
    $outcomes = 'Missed', 'Abandoned', 'Abandoned', 'Voicemail', 'Busy'
    $calls = foreach ($number in 1..310) {
        $hour = 7 + [math]::Min([math]::Floor(11 * $chance.NextDouble()), [math]::Floor(13 * $chance.NextDouble()))
        $start = [datetimeoffset](Get-Date '2026-11-27').AddHours($hour).AddSeconds($chance.Next(3600))
        $isAnswered = $chance.NextDouble() -lt ($hour -in 9, 10 ? 0.72 : 0.9)
        $wait = [int][math]::Min(240, 4 - 18 * [math]::Log($chance.NextDouble()))
        $queue = '4020', '4020', '4021', $null | Get-Random -SetSeed ($number + 100)
        [PbxEvents.PbxCall]@{
            CallId        = "call-$number"
            Direction     = $number % 9 ? 'Inbound' : 'Outbound'
            From          = '+1202555{0:0000}' -f $chance.Next(100, 200)
            To            = '+12025550100'
            Queue         = $queue
            QueueName     = @{ '4020' = 'Sales'; '4021' = 'Support' }["$queue"]
            Extension     = "100$(1 + $number % 4)"
            ExtensionName = 'Ann Carter', 'Tom Baker', 'Reception', 'Workshop' | Select-Object -Index ($number % 4)
            State         = 'Ended'
            Outcome       = $isAnswered ? 'Answered' : $outcomes[$chance.Next($outcomes.Count)]
            StartedAt     = $start
            AnsweredAt    = $isAnswered ? $start.AddSeconds($wait) : $null
            EndedAt       = $start.AddSeconds($wait + ($isAnswered ? $chance.Next(20, 600) : 0))
        }
    }
    $report = Join-Path ([System.IO.Path]::GetTempPath()) "pbxevents-report-$PID.html"
    $calls | Export-PbxReport $report -ServiceLevel 20
    try {
        $browser.Show(1080, 1100, $false)
        $browser.Open("file://$report")
        $browser.Picture("$Path/report.png", $false)
    }
    finally {
        Remove-Item -LiteralPath $report
    }
    Save-PictureSource $Path 'report.png' -Source $reportSource
}
finally {
    $browser.Dispose()
    Stop-PbxDashboard -Confirm:$false
    Get-PbxConnection | Disconnect-PbxEvents -Confirm:$false
    Stop-PbxSimulator -Simulator * -Confirm:$false
}

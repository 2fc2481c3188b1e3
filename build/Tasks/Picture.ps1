#requires -Version 7.6
<#
.SYNOPSIS
Makes the pictures of the live views in docs/images.
.DESCRIPTION
Plays calls on simulators in a real terminal (tmux), captures what Watch-PbxCall and Watch-PbxQueue show, and writes it down
as SVG: what is seen in the pictures is what stood on the screen. Takes about two minutes. The module must be built. Those of
the pages are made by PagePicture.ps1. A unit test says when a picture is older than what it shows.
.PARAMETER Path
The folder for the pictures.
#>
[CmdletBinding()]
param(
    [string] $Path = "$PSScriptRoot/../../docs/images"
)

$ErrorActionPreference = 'Stop'
. $PSScriptRoot/PictureSource.ps1
$module = [System.IO.Path]::GetFullPath("$PSScriptRoot/../../out/PbxEvents/PbxEvents.psd1")
$server = "pbxevents-picture-$PID"
$pwsh = Join-Path $PSHOME pwsh

# The colours of a dark terminal, by their SGR numbers.
$colours = @{
    '90' = '#8b949e'; '91' = '#ff7b72'; '92' = '#56d364'; '93' = '#e3b341'; '96' = '#56d4dd'
}

# The cells that a text takes; the names of the scenes have no other wide characters than these.
function Measure-Text {
    param([string] $Text)

    $Text.Length + [regex]::Matches($Text, '[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]').Count
}

function ConvertTo-Svg {
    param(
        [string[]] $Line,
        [string] $Title,
        [int] $Columns
    )

    $cell = 8.4; $height = 19; $margin = 16; $bar = 34
    $svg = [System.Text.StringBuilder]::new()
    $width = $Columns * $cell + 2 * $margin
    $total = $Line.Count * $height + $bar + $margin
    $size = "viewBox=`"0 0 $width $total`" width=`"$width`" height=`"$total`""
    $null = $svg.AppendLine("<svg xmlns=`"http://www.w3.org/2000/svg`" $size role=`"img`">")
    $null = $svg.AppendLine("<title>$Title</title>")
    $null = $svg.AppendLine("<rect width=`"$width`" height=`"$total`" rx=`"8`" fill=`"#0d1117`"/>")
    foreach ($dot in @(@(18, '#ff5f57'), @(36, '#febc2e'), @(54, '#28c840'))) {
        $null = $svg.AppendLine("<circle cx=`"$($dot[0])`" cy=`"17`" r=`"5.5`" fill=`"$($dot[1])`"/>")
    }
    $fonts = 'ui-monospace, Cascadia Mono, Menlo, Consolas, DejaVu Sans Mono, monospace'
    $null = $svg.AppendLine("<g font-family=`"$fonts`" font-size=`"14`" xml:space=`"preserve`">")
    $fill = '#e6edf3'; $weight = ''
    for ($i = 0; $i -lt $Line.Count; $i++) {
        $column = 0
        $y = $bar + ($i + 1) * $height - 6
        foreach ($part in [regex]::Matches($Line[$i], '\e\[([\d;]*)m|[^\e]+')) {
            if ($part.Value[0] -eq [char]27) {
                foreach ($code in $part.Groups[1].Value -split ';') {
                    if ($code -in '', '0') { $fill = '#e6edf3'; $weight = '' }
                    elseif ($code -eq '1') { $weight = ' font-weight="bold"' }
                    elseif ($code -eq '39') { $fill = '#e6edf3' }
                    elseif ($colours.ContainsKey($code)) { $fill = $colours[$code] }
                }
                continue
            }
            # Words are placed one by one, so that a font of another width moves nothing.
            foreach ($word in [regex]::Matches($part.Value, '\S+(?: \S+)*')) {
                $x = $margin + $cell * ($column + (Measure-Text $part.Value.Substring(0, $word.Index)))
                $length = [math]::Round($cell * (Measure-Text $word.Value), 1)
                $text = [System.Security.SecurityElement]::Escape($word.Value)
                $place = "x=`"$([math]::Round($x, 1))`" y=`"$y`" textLength=`"$length`" lengthAdjust=`"spacingAndGlyphs`""
                $null = $svg.AppendLine("<text $place fill=`"$fill`"$weight>$text</text>")
            }
            $column += Measure-Text $part.Value
        }
    }
    $null = $svg.AppendLine('</g>')
    $null = $svg.Append('</svg>')
    $svg.ToString()
}

# Types lines into PowerShell in a terminal, each after so many seconds, and takes the picture at the end.
function Get-Picture {
    param(
        [string] $Title,
        [int] $Columns,
        [int] $Rows,
        [object[]] $Scene
    )

    tmux -L $server -f /dev/null new-session -d -x $Columns -y $Rows "'$pwsh' -NoLogo -NoProfile"
    try {
        while (-not ((tmux -L $server capture-pane -p) -match '^PS ')) {
            Start-Sleep -Milliseconds 200
        }
        tmux -L $server send-keys -l "Import-Module '$module'"
        tmux -L $server send-keys Enter
        foreach ($step in $Scene) {
            Start-Sleep -Seconds $step[0]
            if ($step[1]) {
                tmux -L $server send-keys -l $step[1]
                tmux -L $server send-keys Enter
            }
        }
        $lines = tmux -L $server capture-pane -p -e
    }
    finally {
        tmux -L $server kill-server
    }
    ConvertTo-Svg -Line $lines -Title $Title -Columns $Columns
}

$pictures = @{}
$pictures['watch-pbxcall'] = Get-Picture -Title 'Watch-PbxCall in a terminal' -Columns 104 -Rows 20 -Scene @(
    , @(2, '$null = Start-PbxSimulator TelecomX -Name hq | Connect-PbxEvents -Name office')
    , @(2, '$null = Register-PbxSubscription Call, Queue')
    , @(1, '$null = Start-PbxSimulator PortSIP -Name north | Connect-PbxEvents -Name branch')
    , @(2, '$null = Register-PbxSubscription Call -Extension 1001, 1002, 1003, 1004')
    , @(1, 'Invoke-PbxSimulation Missed -Simulator hq -Pace 300 -NoWait -Extension 1002 -From +12025550143 -FromName ''Ann Carter''')
    , @(2, 'Invoke-PbxSimulation Held -Simulator hq -Pace 10000 -NoWait -Extension 1004 -From +12025550117 -FromName ''North Marine''')
    , @(2, 'Invoke-PbxSimulation Voicemail -Simulator hq -NoWait -Extension 1003 -From +12025550178 -FromName "Li `u{674E}`u{4F1F}"')
    , @(5, 'Invoke-PbxSimulation Answered -Simulator hq -Pace 10000 -NoWait -Extension 1001 -From +12025550109 -FromName ''Tom Baker''')
    , @(1, 'Invoke-PbxSimulation Answered -Simulator north -Pace 600 -NoWait -Extension 1003 -From +12025550162')
    , @(9, 'Invoke-PbxSimulation Internal -Simulator hq -Pace 10000 -NoWait -From 1003 -FromName ''Reception'' -Extension 1002')
    , @(1, 'Invoke-PbxSimulation QueueAnswered -Simulator hq -Pace 9999 -NoWait -From +12025550184 -FromName ''Harbour Inn''')
    , @(5, 'Invoke-PbxSimulation QueueAbandoned -Simulator hq -Pace 1700 -NoWait -From +12025550121 -FromName ''Old Mill Bakery''')
    , @(4, 'Invoke-PbxSimulation -Fault Restart -Simulator north -FaultDuration 30')
    , @(1, 'Watch-PbxCall -Connection *')
    , @(8, '')
)
$pictures['watch-pbxqueue'] = Get-Picture -Title 'Watch-PbxQueue in a terminal' -Columns 104 -Rows 24 -Scene @(
    , @(2, '$null = Start-PbxSimulator PortSIP -Name hq | Connect-PbxEvents -Name office')
    , @(2, '$null = Register-PbxSubscription Call, Queue -Queue 4020, 4021 -Extension 1001, 1002, 1003, 1004')
    , @(2, 'Invoke-PbxSimulation QueueAbandoned -Simulator hq -Pace 300 -NoWait -From +12025550121')
    , @(2, 'Invoke-PbxSimulation QueueAnswered -Simulator hq -Pace 300 -NoWait -From +12025550155')
    , @(2, 'Invoke-PbxSimulation QueueAnswered -Simulator hq -Pace 4800 -NoWait -Extension 1002 -OtherExtension 1003 -From +12025550184')
    , @(4, 'Invoke-PbxSimulation QueueAnswered -Simulator hq -Pace 12000 -NoWait -Extension 1001 -From +12025550109')
    , @(12, 'Invoke-PbxSimulation QueueAnswered -Simulator hq -Queue 4021 -Pace 9000 -NoWait -Extension 1004 -From +12025550117')
    , @(4, 'Invoke-PbxSimulation QueueAbandoned -Simulator hq -Pace 12000 -NoWait -From +12025550143')
    , @(6, 'Watch-PbxQueue -ServiceLevel 20')
    , @(20, '')
)
foreach ($name in $pictures.Keys) {
    Set-Content -LiteralPath (Join-Path $Path "$name.svg") -Value $pictures[$name]
    $view = $name -eq 'watch-pbxcall' ? 'CallView' : 'QueueView'
    Save-PictureSource $Path "$name.svg" -Source @(
        "src/PbxEvents.Module/Watching/$view.cs", 'src/PbxEvents.Module/Watching/ConnectionHeader.cs'
        'src/PbxEvents.Module/Watching/LiveTable.cs', 'src/PbxEvents.Module/Views/Tones.cs'
    )
}

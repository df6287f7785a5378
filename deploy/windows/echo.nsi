; The installer of the Agent for Windows, 64 bits.  Built by tools/windows_installer.py:
;
;   makensis -DVERSION=... -DFROZEN=... -DTERMINALS=... -DPAPERS=... -DOUT=... deploy/windows/echo.nsi
;
; In a window it asks where to install, and for a terminal's data folder.  Without one:
;
;   echo-agent-setup.exe /S [/TERMINAL=folder] [/CONFIG=file] [/D=folder]
;
; Paths have backslashes there: a slash begins the next option.
;
; What the Agent has written (settings, ledger, log) lies in ProgramData\Echo and stays there when
; Echo is uninstalled.

Unicode true
!include LogicLib.nsh
!include FileFunc.nsh
!include MUI2.nsh
!include x64.nsh

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\EchoAgent"

Name "Echo Agent ${VERSION}"
OutFile "${OUT}"
RequestExecutionLevel admin
InstallDir "$PROGRAMFILES64\Echo"
InstallDirRegKey HKLM "${KEY}" "InstallLocation"
SetCompressor /SOLID lzma
SetCompressorDictSize 64
ShowInstDetails show
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Echo Agent"
VIAddVersionKey "FileDescription" "Installer of the Echo Agent"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "The Echo authors, Apache License 2.0"

Var Data
Var Config
Var Terminal
Var Folder
Var Answer

!insertmacro MUI_PAGE_LICENSE "${PAPERS}/LICENSE"
!insertmacro MUI_PAGE_DIRECTORY
!define MUI_PAGE_HEADER_TEXT "Terminal"
!define MUI_PAGE_HEADER_SUBTEXT "Data folder of a MetaTrader terminal (in it: File, Open Data Folder)."
!define MUI_DIRECTORYPAGE_TEXT_TOP "The EAs and the DLL are copied into it. Leave it empty to copy them \
by hand later, from the folder 'terminals' of Echo."
!define MUI_DIRECTORYPAGE_TEXT_DESTINATION "Terminal's data folder"
!define MUI_DIRECTORYPAGE_VARIABLE $Terminal
!define MUI_DIRECTORYPAGE_VERIFYONLEAVE
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

Function .onInit
  ${IfNot} ${RunningX64}
    MessageBox MB_OK|MB_ICONSTOP "Echo needs a Windows of 64 bits." /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
  SetRegView 64
  SetShellVarContext all
  StrCpy $Data "$APPDATA\Echo"
  ${GetParameters} $R0
  ClearErrors
  ${GetOptions} $R0 "/TERMINAL=" $Terminal
  ClearErrors
  ${GetOptions} $R0 "/CONFIG=" $Config
  ${If} $Config == ""
    StrCpy $Config "$Data\echo.toml"
  ${EndIf}
FunctionEnd

; Puts the files of one platform (MQL4 or MQL5) into the terminal, if that is what it is.
!macro IntoTerminal PLATFORM
  ${If} ${FileExists} "$Terminal\${PLATFORM}\*.*"
    StrCpy $Folder "$Terminal\${PLATFORM}"
    ClearErrors
    SetOverwrite try
    SetOutPath "$Folder"
    File /r "${TERMINALS}/${PLATFORM}/*.*"
    SetOverwrite on
    ${If} ${Errors}
      DetailPrint "Not everything could be copied into $Folder: close the terminal, then try again"
      SetErrorLevel 2
    ${Else}
      DetailPrint "Copied the EAs and the DLL into $Folder: compile them in MetaEditor"
    ${EndIf}
  ${EndIf}
!macroend

Section "Agent"
  SetRegView 64
  SetShellVarContext all
  ; An older one that runs has its files open.
  ${If} ${FileExists} "$INSTDIR\echoctl.exe"
    nsExec::ExecToLog '"$INSTDIR\echoctl.exe" agent stop'
    Pop $Answer
    RMDir /r "$INSTDIR\_internal"
  ${EndIf}

  SetOutPath "$INSTDIR"
  File /r "${FROZEN}/*.*"
  File "${PAPERS}/*.*"
  SetOutPath "$INSTDIR\terminals"
  File /r "${TERMINALS}/*.*"

  ; Nobody but administrators changes what the service is told.
  CreateDirectory "$Data"
  nsExec::ExecToLog 'icacls "$Data" /setowner *S-1-5-32-544'
  Pop $Answer
  nsExec::ExecToLog 'icacls "$Data" /inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX'
  Pop $Answer
  ${IfNot} ${FileExists} "$Data\echo.toml"
    CopyFiles /SILENT "$INSTDIR\agent.sample.toml" "$Data\echo.toml"
  ${EndIf}

  ${If} $Terminal != ""
    !insertmacro IntoTerminal MQL4
    !insertmacro IntoTerminal MQL5
    SetOutPath "$INSTDIR"
    ${If} $Folder == ""
      DetailPrint "$Terminal has neither MQL4 nor MQL5 in it: nothing was copied"
      SetErrorLevel 2
    ${EndIf}
  ${EndIf}

  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${KEY}" "DisplayName" "Echo Agent"
  WriteRegStr HKLM "${KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${KEY}" "Publisher" "The Echo authors"
  WriteRegStr HKLM "${KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${KEY}" "NoModify" 1
  WriteRegDWORD HKLM "${KEY}" "NoRepair" 1

  nsExec::ExecToLog '"$INSTDIR\echoctl.exe" agent install-service --config "$Config" --start'
  Pop $Answer
  ${If} $Answer != 0
    DetailPrint "The service was not installed yet. Fill in $Config, then, as administrator:"
    DetailPrint '"$INSTDIR\echoctl.exe" agent install-service --config "$Config" --start'
    SetErrorLevel 3
  ${EndIf}
SectionEnd

Section "Uninstall"
  SetRegView 64
  SetShellVarContext all
  nsExec::ExecToLog '"$INSTDIR\echoctl.exe" agent remove-service'
  Pop $Answer
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\terminals"
  Delete "$INSTDIR\*.exe"
  Delete "$INSTDIR\LICENSE"
  Delete "$INSTDIR\NOTICE"
  Delete "$INSTDIR\*.md"
  Delete "$INSTDIR\*.toml"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${KEY}"
  DetailPrint "Settings, ledger and log stay in $APPDATA\Echo"
SectionEnd

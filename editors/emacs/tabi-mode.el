;;; tabi-mode.el --- Service level objectives in Tabi  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages, tools
;; SPDX-License-Identifier: Apache-2.0 OR MIT

;;; Commentary:

;; A mode for files of Tabi: comments, strings, colours, indentation, and the language server for Eglot.
;;
;;   (require 'tabi-mode)
;;   (add-hook 'tabi-mode-hook #'eglot-ensure)

;;; Code:

(require 'cl-lib)
(require 'project)

(defgroup tabi nil
  "Service level objectives in Tabi."
  :group 'languages)

(defcustom tabi-program "tabi"
  "The program whose `lsp' is the language server."
  :type 'string)

(defcustom tabi-indent-offset 2
  "By how much what stands in braces is indented."
  :type 'natnum
  :safe #'natnump)

(defvar tabi-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?' "\"" table)
    ;; PromQL in backticks has no escapes and may span lines.
    (modify-syntax-entry ?` "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?$ "_" table)
    (modify-syntax-entry ?% "." table)
    table)
  "Syntax of Tabi.")

;; A keyword is the first word of a line: no word is reserved, so there is no list of them here.
(defvar tabi-font-lock-keywords
  '(("^\\s-*\\(?:user\\|developer\\|operator\\)\\s-+\\(journey\\)\\s-+\\(\\(?:\\sw\\|\\s_\\)+\\)"
     (1 font-lock-keyword-face) (2 font-lock-function-name-face))
    ("^\\s-*\\(?:step\\|sli\\|site\\|template\\)\\s-+\\(\\(?:\\sw\\|\\s_\\)+\\)" 1 font-lock-function-name-face)
    ("^\\s-*\\([a-z_]+\\)\\_>" 1 font-lock-keyword-face)
    ("{\\s-*\\([a-z_]+\\)\\s-+[^=!,}]" 1 font-lock-keyword-face)
    ("\\_<\\(?:under\\|as\\|in\\)\\_>" . font-lock-keyword-face)
    ("\\_<off\\_>" . font-lock-constant-face)
    ("\\$[a-z_][a-z0-9_]*" . font-lock-variable-name-face)
    ("\\_<[0-9][0-9.]*\\(?:%\\|\\(?:ms\\|[smhdwy]\\)\\(?:[0-9]+\\(?:ms\\|[smhdwy]\\)\\)*\\_>\\|[kM]?/\\(?:s\\|min\\|h\\|day\\|week\\)\\_>\\|\\_>\\)"
     . 'font-lock-number-face))
  "Colours of Tabi.")

(defun tabi-indent-line ()
  "Indent a line by the braces and parentheses around it."
  (interactive)
  (let* ((state (save-excursion (syntax-ppss (line-beginning-position))))
         (closes (save-excursion (back-to-indentation) (looking-at-p "[})]")))
         (depth (max 0 (- (car state) (if closes 1 0)))))
    ;; a line of PromQL in backticks stays where it was put
    (if (nth 3 state)
        'noindent
      (if (<= (current-column) (current-indentation))
          (indent-line-to (* tabi-indent-offset depth))
        (save-excursion (indent-line-to (* tabi-indent-offset depth)))))))

;;;###autoload
(define-derived-mode tabi-mode prog-mode "Tabi"
  "Major mode for service level objectives in Tabi."
  (setq-local comment-start "# "
              comment-start-skip "#+\\s-*"
              comment-end ""
              indent-tabs-mode nil
              indent-line-function #'tabi-indent-line
              electric-indent-chars (append "})" electric-indent-chars)
              font-lock-defaults '(tabi-font-lock-keywords)
              imenu-generic-expression
              '(("Journeys" "^\\(?:user\\|developer\\|operator\\)\\s-+journey\\s-+\\(\\(?:\\sw\\|\\s_\\)+\\)" 1)
                ("Templates" "^template\\s-+\\(\\(?:\\sw\\|\\s_\\)+\\)" 1))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.tabi\\'" . tabi-mode))

;;;; The language server

(defvar eglot-server-programs)
(declare-function eglot-current-server "eglot" ())
(declare-function eglot--current-server-or-lose "eglot" ())
(declare-function eglot--TextDocumentPositionParams "eglot" ())
(declare-function jsonrpc-request "jsonrpc")

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs
               `(tabi-mode . ,(lambda (&rest _) (list tabi-program "lsp")))))

;; A project begins at its `tabi.toml', also where there is no repository, or one with several projects.
(defun tabi--project (directory)
  "The project of Tabi in which DIRECTORY lies, for `project-find-functions'."
  (when-let* (((derived-mode-p 'tabi-mode))
              (root (locate-dominating-file directory "tabi.toml")))
    (cons 'tabi root)))

(cl-defmethod project-root ((project (head tabi)))
  "Where PROJECT begins."
  (cdr project))

(add-hook 'project-find-functions #'tabi--project)

(defun tabi--show (command)
  "Ask the server to run COMMAND for the place at point, and show what it says."
  (let* ((place (eglot--TextDocumentPositionParams))
         (answer (jsonrpc-request
                  (eglot--current-server-or-lose) :workspace/executeCommand
                  (list :command command
                        :arguments (vector (plist-get (plist-get place :textDocument) :uri)
                                           (plist-get place :position))))))
    (unless answer (user-error "Nothing comes out here"))
    (with-current-buffer (get-buffer-create (format "*Tabi: %s*" (plist-get answer :title)))
      (let ((inhibit-read-only t))
        (erase-buffer)
        (insert (plist-get answer :text))
        (goto-char (point-min))
        (let ((mode (intern-soft (concat (plist-get answer :language) "-mode"))))
          (if (fboundp mode) (funcall mode) (special-mode)))
        (setq buffer-read-only t)
        (display-buffer (current-buffer))))))

(defun tabi-show-rules ()
  "Show the rules that comes out at point."
  (interactive)
  (tabi--show "tabi.showRules"))

(defun tabi-show-alerts ()
  "Show the table of alerts of the SLI, step or journey at point."
  (interactive)
  (tabi--show "tabi.showAlerts"))

(provide 'tabi-mode)
;;; tabi-mode.el ends here
